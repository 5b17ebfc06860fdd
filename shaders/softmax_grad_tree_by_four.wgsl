// softmax_grad_tree.wgsl for rows of whole vec4s that invocations hold, see softmax_tree_by_four.wgsl.
// @include row_by_tree.wgsl
const LOG = 0u;
const SIZE = 64u; // invocations of a workgroup
const LANES = 64u; // those of a row
const HELD = 1u; // vec4s of a row that an invocation holds

struct Params { rows: u32, n: u32 }

@group(0) @binding(0) var<storage, read> out: array<vec4f>;
@group(0) @binding(1) var<storage, read> d_out: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }

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
  var value: array<vec4f, HELD>;
  var slope: array<vec4f, HELD>;
  var share = 0.0;
  for (var h = 0u; h < HELD; h++) {
    let at = start + min(lane + h * LANES, params.n - 1u);
    value[h] = out[at];
    slope[h] = d_out[at];
    let four = dot(slope[h], select(value[h], vec4f(1.0), LOG == 1u));
    share += select(0.0, four, lane + h * LANES < n);
  }
  let total = sum_by_tree(vec2f(share, 0.0), at).x;
  for (var h = 0u; h < HELD; h++) {
    let i = lane + h * LANES;
    if (i < n) {
      if (LOG == 1u) {
        dx[start + i] = epilogue(slope[h] - exp(value[h]) * total, 4u * (start + i));
      } else {
        dx[start + i] = epilogue(value[h] * (slope[h] - total), 4u * (start + i));
      }
    }
  }
}
