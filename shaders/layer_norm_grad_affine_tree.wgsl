// layer_norm_grad_affine.wgsl for devices with many lanes, see include/sum_columns.wgsl. n is counted in fours.
// d_weight[part, n], d_bias likewise.
// @include sum_columns.wgsl
alias T = f32;
alias G = f32;
const LANES = 256u;
const WIDE = 16u;

struct Params { len: u32, rows: u32, n: u32, chunk: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read> stats: array<vec2f>;
@group(0) @binding(2) var<storage, read> d_out: array<vec4<G>>;
@group(0) @binding(3) var<storage, read_write> d_weight: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> d_bias: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

fn normalised(row: u32, column: u32) -> vec4f {
  let stat = stats[row];
  return (vec4f(x[row * params.n + column]) - stat.x) * stat.y;
}

fn slope(row: u32, column: u32) -> vec4f { return vec4f(d_out[row * params.n + column]); }

fn store_sums(at: u32, products: vec4f, sums: vec4f) {
  d_weight[at] = products;
  d_bias[at] = sums;
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let group = id.x + id.y * groups.x;
  if (group >= params.len) { return; }
  sum_columns(group, lane, params.rows, params.n, params.chunk);
}
