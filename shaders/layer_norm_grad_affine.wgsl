// The gradients of layer_norm.wgsl for weight and bias: with x̂ = (x − µ)·rstd, d_weight[c] = Σ d_out[r, c]·x̂[r, c] and
// d_bias[c] = Σ d_out[r, c] over the rows r. Each column has `parts` invocations, which take `chunk` neighbouring rows each and
// make [parts, n] of both sums; a second launch with JOIN = 1 adds these up: its x and d_out are the parts. Neighbouring
// invocations read neighbouring columns. T is the type of x, G that of d_out.
// @include layer_norm_grad_affine_main.wgsl
alias T = f32;
alias G = f32;
alias V = f32;

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read> stats: array<vec2f>;
@group(0) @binding(2) var<storage, read> d_out: array<G>;
@group(0) @binding(3) var<storage, read_write> d_weight: array<f32>;
@group(0) @binding(4) var<storage, read_write> d_bias: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;
