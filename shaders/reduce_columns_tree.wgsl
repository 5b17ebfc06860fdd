// reduce_by_four.wgsl for columns (R1 = 1, K1 a multiple of 4) on devices with many lanes: a workgroup joins WIDE neighbouring
// vec4s of outputs over `chunk` rows, or what of them is left, every invocation one row in SLICES, and the slices as a tree in
// workgroup memory. Neighbouring invocations read neighbouring vec4s. With several `parts` another launch joins those.
// @include joins.wgsl
const LANES = 256u;
const WIDE = 16u; // a power of two
const RUN = 256u; // rows that an invocation joins one after the other before their result is joined with others
alias T = f32;
alias V = vec4<T>;

const SLICES = LANES / WIDE;

struct Params {
  len: u32, outputs: u32, k1: u32, r0: u32, parts: u32, chunk: u32, low: u32, high: u32, scale: f32,
}

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read_write> out: array<T>;
@group(0) @binding(2) var<uniform> params: Params;

var<workgroup> shares: array<array<V, COUNT>, LANES>;

fn element(i: u32) -> vec4<T> { return x[i / 4u]; }
fn elements(i: u32) -> array<V, COUNT> {
  var all: array<V, COUNT>;
  // @unroll
  for (var k = 0u; k < COUNT; k++) { all[k] = element(k * (params.outputs * params.r0) + i); }
  return all;
}
fn epilogue(value: T, i: u32) -> T { return value; }
fn store(values: array<T, COUNT>, at: u32) {
  // @unroll
  for (var k = 0u; k < COUNT; k++) { out[k * (params.outputs * params.parts) + at] = epilogue(values[k] * T(params.scale), at); }
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let group = id.x + id.y * groups.x;
  if (group >= params.len) { return; }
  let fours = params.outputs / 4u;
  let tiles = (fours + WIDE - 1u) / WIDE;
  let part = group / tiles;
  let quad = group % tiles * WIDE + lane % WIDE;
  let o = min(quad, fours - 1u) * 4u; // those beyond the edge repeat the last ones, and are not stored
  let base = o / params.k1 * params.r0 * params.k1 + o % params.k1;
  let end = min((part + 1u) * params.chunk, params.r0);
  var total = begun();
  for (var from_ = part * params.chunk + lane / WIDE; from_ < end; from_ += RUN * SLICES) {
    let last = min(from_ + RUN * SLICES, end);
    var run = begun();
    for (var row = from_; row < last; row += SLICES) { run = joined(run, elements(base + row * params.k1)); }
    total = joined(total, run);
  }
  shares[lane] = total;
  workgroupBarrier();
  for (var half = SLICES / 2u; half > 0u; half /= 2u) {
    if (lane < half * WIDE) { shares[lane] = joined(shares[lane], shares[lane + half * WIDE]); }
    workgroupBarrier();
  }
  if (lane < WIDE && quad < fours) {
    let result = shares[lane];
    // @unroll
    for (var n = 0u; n < 4u; n++) {
      var values: array<T, COUNT>;
      // @unroll
      for (var k = 0u; k < COUNT; k++) { values[k] = result[k][n]; }
      store(values, (o + n) * params.parts + part);
    }
  }
}
