// segment_sum.wgsl for devices with many lanes. A workgroup makes ROWS rows of COLUMNS elements: first each invocation its
// own element, from the first SHORT entries of the row; then, row by row where there are more, all of them the rest, each
// every DEPTH-th entry of a column, joined as a tree in workgroup memory. The order of summation is fixed.
// @include segment_sum_tree_main.wgsl
alias V = f32;

@group(0) @binding(0) var<storage, read> order: array<u32>;
@group(0) @binding(1) var<storage, read> ends: array<u32>;
@group(0) @binding(2) var<storage, read> source: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

fn epilogue(value: f32, i: u32) -> f32 { return value; }
fn put(i: u32, sum: f32) { out[i] = epilogue(sum, i); }
