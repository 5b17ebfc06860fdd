// reduce.wgsl for devices with many lanes: a workgroup an output, or one of `parts` of it. Neighbouring lanes read
// neighbouring elements of [R0, R1], seen as one row of r0·r1, and are joined as a tree in workgroup memory.
// A lane joins chunks of CHUNK elements for themselves, then their results. `start` holds the bits of what joining begins with.
const KIND = 0u;
const LANES = 64u; // a power of two
const CHUNK = 256u;
alias T = f32;

struct Params { len: u32, k1: u32, r0: u32, r1: u32, parts: u32, start: u32, scale: f32 }

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read_write> out: array<T>;
@group(0) @binding(2) var<uniform> params: Params;

var<workgroup> shares: array<T, LANES>;

fn element(i: u32) -> T { return x[i]; }
fn epilogue(value: T, i: u32) -> T { return value; }

fn joined(a: T, b: T) -> T {
  if (KIND == 1u) { return max(a, b); }
  if (KIND == 2u) { return min(a, b); }
  if (KIND == 3u) { return a * b; }
  return a + b;
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
  var total = bitcast<T>(params.start);
  for (var start = at % params.parts * LANES + lane; start < count; start += CHUNK * step) {
    let end = min(start + CHUNK * step, count);
    var chunk = bitcast<T>(params.start);
    for (var e = start; e < end; e += step) {
      chunk = joined(chunk, element(base + e / params.r1 * row + e % params.r1));
    }
    total = joined(total, chunk);
  }
  shares[lane] = total;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane < half) { shares[lane] = joined(shares[lane], shares[lane + half]); }
    workgroupBarrier();
  }
  if (lane == 0u) { out[at] = epilogue(shares[0] * T(params.scale), at); }
}
