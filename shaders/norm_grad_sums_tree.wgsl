// norm_grad_sums.wgsl with one workgroup per part, for devices with many lanes, see moments_tree.wgsl.
// @include norm_grad_sums_tree_main.wgsl
alias T = f32;
alias G = f32;

@group(0) @binding(0) var<storage, read> d_out: array<G>;
@group(0) @binding(1) var<storage, read> x: array<T>;
@group(0) @binding(2) var<storage, read> mean: array<f32>;
@group(0) @binding(3) var<storage, read> rstd: array<f32>;
@group(0) @binding(4) var<storage, read_write> sums: array<f32>;
@group(0) @binding(5) var<storage, read_write> products: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

fn sums_of(at: vec4u, inside: vec4<bool>, mean: f32) -> Sums {
  let d = select(vec4f(), vec4f(f32(d_out[at.x]), f32(d_out[at.y]), f32(d_out[at.z]), f32(d_out[at.w])), inside);
  return Sums(d, d * (vec4f(f32(x[at.x]), f32(x[at.y]), f32(x[at.z]), f32(x[at.w])) - mean));
}
