// norm_grad_sums_tree.wgsl with memory read as vec4, where R1 is a multiple of 4: R1, count and chunk are in fours.
// @include norm_grad_sums_tree_main.wgsl
alias T = f32;
alias G = f32;

@group(0) @binding(0) var<storage, read> d_out: array<vec4<G>>;
@group(0) @binding(1) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(2) var<storage, read> mean: array<f32>;
@group(0) @binding(3) var<storage, read> rstd: array<f32>;
@group(0) @binding(4) var<storage, read_write> sums: array<f32>;
@group(0) @binding(5) var<storage, read_write> products: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

fn sums_of(at: vec4u, inside: vec4<bool>, mean: f32) -> Sums {
  let a = vec4f(d_out[at.x]);
  let b = select(vec4f(), vec4f(d_out[at.y]), inside.y);
  let c = select(vec4f(), vec4f(d_out[at.z]), inside.z);
  let d = select(vec4f(), vec4f(d_out[at.w]), inside.w);
  let products = (a * (vec4f(x[at.x]) - mean) + b * (vec4f(x[at.y]) - mean))
    + (c * (vec4f(x[at.z]) - mean) + d * (vec4f(x[at.w]) - mean));
  return Sums((a + b) + (c + d), products);
}
