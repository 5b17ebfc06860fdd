// norm_grad_sums.wgsl where R1 = 1 on devices with many lanes, see include/sum_columns_main.wgsl: x and d_out are
// [count, channels], channels counted in fours. sums[part, channels], products likewise.
// @include sum_columns_main.wgsl
alias T = f32;
alias G = f32;

@group(0) @binding(0) var<storage, read> d_out: array<vec4<G>>;
@group(0) @binding(1) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(2) var<storage, read> mean: array<vec4f>;
@group(0) @binding(3) var<storage, read> rstd: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> sums: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> products: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

fn normalised(row: u32, column: u32) -> vec4f {
  return (vec4f(x[row * params.channels + column]) - mean[column]) * rstd[column];
}

fn slope(row: u32, column: u32) -> vec4f { return vec4f(d_out[row * params.channels + column]); }

fn store_sums(at: u32, of_products: vec4f, of_slopes: vec4f) {
  products[at] = of_products;
  sums[at] = of_slopes;
}
