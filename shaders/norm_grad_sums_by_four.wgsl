// norm_grad_sums.wgsl for four neighbouring elements at a time, where R1 is a multiple of 4: R1, count and chunk are in fours.
// @include norm_grad_sums_main.wgsl
alias T = f32;
alias G = f32;
alias V = vec4f;

@group(0) @binding(0) var<storage, read> d_out: array<vec4<G>>;
@group(0) @binding(1) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(2) var<storage, read> mean: array<f32>;
@group(0) @binding(3) var<storage, read> rstd: array<f32>;
@group(0) @binding(4) var<storage, read_write> sums: array<f32>;
@group(0) @binding(5) var<storage, read_write> products: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

fn d_out_at(j: u32) -> vec4f { return vec4f(d_out[j]); }
fn x_at(j: u32) -> vec4f { return vec4f(x[j]); }
fn across(v: vec4f) -> f32 {
  let pairs = v.xy + v.zw;
  return pairs.x + pairs.y;
}
