// segment_sum_tree.wgsl for four neighbouring elements at a time: `width` and COLUMNS are counted in fours.
// @include segment_sum_tree_main.wgsl
alias V = vec4f;

@group(0) @binding(0) var<storage, read> order: array<u32>;
@group(0) @binding(1) var<storage, read> ends: array<u32>;
@group(0) @binding(2) var<storage, read> source: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }
fn put(i: u32, sum: vec4f) { out[i] = epilogue(sum, 4u * i); }
