// Per channel Σ d_out and Σ d_out·x̂, x̂ = (x − mean)·rstd: the gradients of bias and weight of a normalisation, which its
// dx needs as well. x and d_out are seen as [R0, K, R1] and channels cut into parts, as in moments.wgsl;
// the two sums of part p of channel o come to stand at p·K + o of sums and products. One invocation per part.
// T is the type of x, G that of d_out.
// @include norm_grad_sums_main.wgsl
alias T = f32;
alias G = f32;
alias V = f32;

@group(0) @binding(0) var<storage, read> d_out: array<G>;
@group(0) @binding(1) var<storage, read> x: array<T>;
@group(0) @binding(2) var<storage, read> mean: array<f32>;
@group(0) @binding(3) var<storage, read> rstd: array<f32>;
@group(0) @binding(4) var<storage, read_write> sums: array<f32>;
@group(0) @binding(5) var<storage, read_write> products: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

fn d_out_at(j: u32) -> f32 { return f32(d_out[j]); }
fn x_at(j: u32) -> f32 { return f32(x[j]); }
fn across(v: f32) -> f32 { return v; }
