// pad_grad.wgsl for four neighbouring elements at a time: INNER is counted in fours. An invocation makes `each` fours.
// @include pad_grad_main.wgsl
alias Sum = vec4f;

@group(0) @binding(0) var<storage, read> d_out: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }
fn put(i: u32, sum: vec4f) { dx[i] = epilogue(sum, 4u * i); }
