// reduce.wgsl for devices with many lanes: a workgroup per output, or one of `parts` of it, or several where they are short.
// Neighbouring lanes read neighbouring elements of [R0, R1], seen as one row of r0·r1, and are joined as a tree in workgroup
// memory. A lane joins chunks of CHUNK elements for themselves, then their results.
// @include reduce_tree_main.wgsl
// @include lanes_by_tree.wgsl
// @include rows_by_one.wgsl
alias T = f32;

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read_write> out: array<T>;
@group(0) @binding(2) var<uniform> params: Params;
