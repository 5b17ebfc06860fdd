// layer_norm_grad_affine.wgsl for four neighbouring columns at a time: n is counted in fours.
// @include layer_norm_grad_affine_main.wgsl
alias T = f32;
alias G = f32;
alias V = vec4f;

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read> stats: array<vec2f>;
@group(0) @binding(2) var<storage, read> d_out: array<vec4<G>>;
@group(0) @binding(3) var<storage, read_write> d_weight: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> d_bias: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;
