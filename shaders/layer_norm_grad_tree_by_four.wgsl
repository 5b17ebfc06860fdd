// layer_norm_grad_tree.wgsl for rows of whole vec4s that invocations hold, see layer_norm_tree_by_four.wgsl.
// @include row_by_tree.wgsl
alias T = f32;
alias G = f32;
alias O = f32;
const CENTRED = 1u;
const SIZE = 64u; // invocations of a workgroup
const LANES = 64u; // those of a row
const HELD = 1u; // vec4s of a row that an invocation holds

struct Params { rows: u32, n: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read> weight: array<vec4f>;
@group(0) @binding(2) var<storage, read> stats: array<vec2f>;
@group(0) @binding(3) var<storage, read> d_out: array<vec4<G>>;
@group(0) @binding(4) var<storage, read_write> dx: array<vec4<O>>;
@group(0) @binding(5) var<uniform> params: Params;

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
  let mean = stats[row].x;
  let rstd = stats[row].y;
  var slope: array<vec4f, HELD>; // times weight
  var centred: array<vec4f, HELD>;
  var share = vec2f();
  for (var h = 0u; h < HELD; h++) {
    let i = min(lane + h * LANES, params.n - 1u);
    slope[h] = vec4f(d_out[start + i]) * weight[i];
    centred[h] = vec4f(x[start + i]) - mean;
    let four = vec2f(dot(slope[h], vec4f(1.0)), dot(slope[h], centred[h]));
    share += select(vec2f(), four, lane + h * LANES < n);
  }
  let sums = sum_by_tree(share, at) / f32(4u * params.n);
  let shift = select(0.0, sums.x, CENTRED == 1u);
  let along = sums.y * rstd * rstd;
  for (var h = 0u; h < HELD; h++) {
    let i = lane + h * LANES;
    if (i < n) {
      let place = start + i;
      dx[place] = vec4<O>(epilogue(rstd * (slope[h] - shift - centred[h] * along), 4u * place));
    }
  }
}
