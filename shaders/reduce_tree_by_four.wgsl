// reduce_tree.wgsl with memory read as vec4: R1 is a multiple of 4, and r1 counts fours of it.
// @include reduce_tree_main.wgsl
// @include lanes_by_tree.wgsl
// @include rows_by_four.wgsl
alias T = f32;

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read_write> out: array<T>;
@group(0) @binding(2) var<uniform> params: Params;
