// pad.wgsl for four neighbouring elements at a time: sizes and borders of axis 0 are counted in fours, and it has no border
// of the modes 1 and 2. An invocation makes `each` fours.
// @include pad_main.wgsl
alias V = vec4u;

@group(0) @binding(0) var<storage, read> x: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4u>;
@group(0) @binding(2) var<uniform> params: Params;
