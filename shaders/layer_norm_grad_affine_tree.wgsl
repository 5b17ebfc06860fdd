// layer_norm_grad_affine.wgsl for devices with many lanes, see include/sum_columns_main.wgsl. Channels are the elements
// of a row, in fours, and counted are rows.
// d_weight[part, channels], d_bias likewise.
// @include sum_columns_main.wgsl
alias T = f32;
alias G = f32;

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read> stats: array<vec2f>;
@group(0) @binding(2) var<storage, read> d_out: array<vec4<G>>;
@group(0) @binding(3) var<storage, read_write> d_weight: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> d_bias: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

fn normalised(row: u32, column: u32) -> vec4f {
  let stat = stats[row];
  return (vec4f(x[row * params.channels + column]) - stat.x) * stat.y;
}

fn slope(row: u32, column: u32) -> vec4f { return vec4f(d_out[row * params.channels + column]); }

fn store_sums(at: u32, products: vec4f, sums: vec4f) {
  d_weight[at] = products;
  d_bias[at] = sums;
}
