// Gradient of pad.wgsl along two axes: dx = Σ d_out over the places of the padded axes that show an element of x, see
// include/border_sum.wgsl. x is seen as [outer, SIZE1, SIZE0, INNER], d_out as [outer, padded1, padded0, INNER].
// An invocation makes `each` elements.
// @include pad_grad_main.wgsl
alias Sum = f32;

@group(0) @binding(0) var<storage, read> d_out: array<f32>;
@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

fn epilogue(value: f32, i: u32) -> f32 { return value; }
fn put(i: u32, sum: f32) { dx[i] = epilogue(sum, i); }
