// reduce.wgsl for devices with many lanes: a workgroup an output, or one of `parts` of it. Neighbouring lanes read
// neighbouring elements of [R0, R1], seen as one row of r0·r1, and are joined as a tree in workgroup memory.
// A lane joins chunks of CHUNK elements for themselves, then their results.
// @include joins.wgsl
const KINDS = 0u; // two bits for each of COUNT
const COUNT = 1u;
const LANES = 64u; // a power of two
const CHUNK = 256u;
alias T = f32;
alias V = T;

struct Params { len: u32, k1: u32, r0: u32, r1: u32, parts: u32, low: u32, high: u32, scale: f32 }

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read_write> out: array<T>;
@group(0) @binding(2) var<uniform> params: Params;

var<workgroup> shares: array<array<T, COUNT>, LANES>;

fn element(i: u32) -> T { return x[i]; }
fn elements(i: u32) -> array<V, COUNT> {
  var all: array<V, COUNT>;
  // @unroll
  for (var k = 0u; k < COUNT; k++) { all[k] = element(k * (params.len / params.parts * params.r0 * params.r1) + i); }
  return all;
}
fn epilogue(value: T, i: u32) -> T { return value; }
fn store(values: array<T, COUNT>, at: u32) {
  // @unroll
  for (var k = 0u; k < COUNT; k++) { out[k * params.len + at] = epilogue(values[k] * T(params.scale), at); }
}

// Where element e of a sum lies from its first one on; most sums are over one run of neighbours.
fn place(e: u32, row: u32) -> u32 {
  if (params.r0 == 1u) { return e; }
  return e / params.r1 * row + e % params.r1;
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let at = id.x + id.y * groups.x;
  if (at >= params.len) { return; }
  let o = at / params.parts;
  let row = params.k1 * params.r1;
  let base = o / params.k1 * params.r0 * row + o % params.k1 * params.r1;
  let count = params.r0 * params.r1;
  let step = params.parts * LANES;
  var total = begun();
  for (var start = at % params.parts * LANES + lane; start < count; start += CHUNK * step) {
    let end = min(start + CHUNK * step, count);
    var chunk = begun();
    for (var e = start; e < end; e += step) {
      chunk = joined(chunk, elements(base + place(e, row)));
    }
    total = joined(total, chunk);
  }
  shares[lane] = total;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane < half) {
      // @unroll
      for (var k = 0u; k < COUNT; k++) {
        shares[lane][k] = joined_as(kind_of(k), shares[lane][k], shares[lane + half][k]);
      }
    }
    workgroupBarrier();
  }
  if (lane == 0u) { store(shares[0], at); }
}
