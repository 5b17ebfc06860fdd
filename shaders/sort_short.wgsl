// The places of the first `keep` elements, in order, of rows of [outer, n, inner] of up to RUN elements, to out, laid out as
// [outer, keep, inner]: by counting, for each element, those that come before it. Elements are compared by keys, bits that are
// ordered as the numbers are (a NaN comes after all numbers; DESCENDING 1: keys are reversed), and where keys are equal by
// their places. One invocation per row.
// @include order_key.wgsl
const RUN = 16u;
const DESCENDING = 0u;
const ELEMENTS = 0u; // f32 0, i32 1, u32 2
const NONE = 4294967295u;
alias T = f32;

struct Params { rows: u32, n: u32, inner: u32, keep: u32 }

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = gid.x + gid.y * groups.x * 64u;
  if (row >= params.rows) { return; }
  let base = row / params.inner * params.n * params.inner + row % params.inner;
  var keys: array<u32, RUN>;
  for (var k = 0u; k < RUN; k++) {
    keys[k] = NONE;
    if (k < params.n) { keys[k] = key_of(x[base + k * params.inner]); }
  }
  for (var k = 0u; k < RUN; k++) {
    var rank = 0u;
    for (var other = 0u; other < RUN; other++) {
      let comes_before = keys[other] < keys[k] || (keys[other] == keys[k] && other < k);
      rank += select(0u, 1u, comes_before);
    }
    if (k < params.n && rank < params.keep) {
      out[(row / params.inner * params.keep + rank) * params.inner + row % params.inner] = k;
    }
  }
}
