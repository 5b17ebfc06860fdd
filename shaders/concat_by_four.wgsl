// concat.wgsl for four neighbouring elements at a time: all columns are counted in fours. An invocation makes `each` fours.
// @include concat_main.wgsl

@group(0) @binding(0) var<storage, read> x0: array<vec4u>;
@group(0) @binding(1) var<storage, read> x1: array<vec4u>;
@group(0) @binding(2) var<storage, read> x2: array<vec4u>;
@group(0) @binding(3) var<storage, read> x3: array<vec4u>;
@group(0) @binding(4) var<storage, read> x4: array<vec4u>;
@group(0) @binding(5) var<storage, read> x5: array<vec4u>;
@group(0) @binding(6) var<storage, read_write> out: array<vec4u>;
@group(0) @binding(7) var<uniform> params: Params;
