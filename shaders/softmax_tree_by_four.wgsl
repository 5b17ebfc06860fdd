// softmax_tree.wgsl for rows of whole vec4s that invocations hold: memory is read once. Each row is for
// LANES neighbours of a workgroup. n counts fours, n ≤ LANES · HELD.
// @include row_by_tree.wgsl
const LOG = 0u;
const SIZE = 64u; // invocations of a workgroup
const LANES = 64u; // those of a row
const HELD = 1u; // vec4s of a row that an invocation holds

struct Params { rows: u32, n: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(SIZE)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) at: u32,
) {
  let first = (id.x + id.y * groups.x) * (SIZE / LANES);
  if (first >= params.rows) { return; }
  let lane = at % LANES;
  let row = min(first + at / LANES, params.rows - 1u);
  let n = select(0u, params.n, row == first + at / LANES); // none beyond the last row
  let start = row * params.n;
  var held: array<vec4f, HELD>;
  for (var h = 0u; h < HELD; h++) { held[h] = x[start + min(lane + h * LANES, params.n - 1u)]; } // the last one is repeated
  var four = held[0];
  for (var h = 1u; h < HELD; h++) { four = max(four, held[h]); }
  let largest = largest_by_tree(max(max(four.x, four.y), max(four.z, four.w)), at);
  var share = 0.0;
  for (var h = 0u; h < HELD; h++) {
    let e = exp(held[h] - largest);
    if (LOG == 0u) { held[h] = e; }
    share += select(0.0, dot(e, vec4f(1.0)), lane + h * LANES < n);
  }
  let total = sum_by_tree(vec2f(share, 0.0), at).x;
  // Subtracted one after the other: the sum of both would be rounded to the size of the larger.
  let shift = log(total);
  for (var h = 0u; h < HELD; h++) {
    let i = lane + h * LANES;
    if (i < n) {
      if (LOG == 1u) {
        out[start + i] = (held[h] - largest) - shift;
      } else {
        out[start + i] = held[h] / total;
      }
    }
  }
}
