// layer_norm_tree.wgsl for rows of whole vec4s that invocations hold, see softmax_tree_by_four.wgsl. n counts
// fours, n ≤ LANES · HELD. Mean and variance come from one joining, of sums about an element: of three, the one in the middle,
// so that one far from all others cannot be it, about which the difference of squares would lose digits.
// @include row_by_tree.wgsl
alias T = f32;
alias O = f32;
const CENTRED = 1u;
const SIZE = 64u; // invocations of a workgroup
const LANES = 64u; // those of a row
const HELD = 1u; // vec4s of a row that an invocation holds

struct Params { rows: u32, n: u32, eps: f32 }

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read> weight: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> out: array<vec4<O>>;
@group(0) @binding(4) var<storage, read_write> stats: array<vec2f>;
@group(0) @binding(5) var<uniform> params: Params;

fn middle(a: f32, b: f32, c: f32) -> f32 { return max(min(a, b), min(max(a, b), c)); }

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
  let count = f32(4u * params.n);
  var held: array<vec4f, HELD>;
  for (var h = 0u; h < HELD; h++) { held[h] = vec4f(x[start + min(lane + h * LANES, params.n - 1u)]); }
  var about = 0.0;
  if (CENTRED == 1u) { about = middle(f32(x[start].x), f32(x[start + params.n / 2u].x), f32(x[start + params.n - 1u].w)); }
  var share = vec2f();
  for (var h = 0u; h < HELD; h++) {
    let d = held[h] - about;
    share += select(vec2f(), vec2f(dot(d, vec4f(1.0)), dot(d, d)), lane + h * LANES < n);
  }
  let sums = sum_by_tree(share, at) / count;
  var shift = 0.0; // of the mean, from `about`
  if (CENTRED == 1u) { shift = sums.x; }
  let mean = select(0.0, about + shift, CENTRED == 1u);
  let rstd = inverseSqrt(max(sums.y - shift * shift, 0.0) + params.eps);
  for (var h = 0u; h < HELD; h++) {
    let i = lane + h * LANES;
    if (i < n) { out[start + i] = vec4<O>((held[h] - mean) * rstd * weight[i] + bias[i]); }
  }
  if (lane == 0u && n > 0u) { stats[row] = vec2f(mean, rstd); }
}
