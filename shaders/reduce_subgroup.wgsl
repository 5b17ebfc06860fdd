enable subgroups;

// reduce_tree.wgsl for devices whose subgroups have a fixed size: lanes of a subgroup are joined by shuffles. Short rows need no
// barrier then, and long ones one.
// @include reduce_tree_main.wgsl
// @include lanes_by_subgroup.wgsl
// @include rows_by_one.wgsl
alias T = f32;

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read_write> out: array<T>;
@group(0) @binding(2) var<uniform> params: Params;
