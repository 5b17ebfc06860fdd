// pad.wgsl for four neighbouring elements at a time: sizes and borders of axis 0 are counted in fours, and it has no border
// of the modes 1 and 2. An invocation makes `each` fours.
// Sizes by which numbers are divided are constants: a division by what is not known costs more than all the rest.
// @include borders.wgsl
// @include share.wgsl
const MODE = 0u;
const AXES = 4u;
const PADDED0 = 1u;
const PADDED1 = 1u;
const PADDED2 = 1u;
const PADDED3 = 1u;
const STEP0 = 1u;
const STEP1 = 1u;
const STEP2 = 1u;
const STEP3 = 1u;

struct Params {
  len: u32, each: u32, value: u32,
  size0: u32, before0: u32, size1: u32, before1: u32, size2: u32, before2: u32, size3: u32, before3: u32,
}

@group(0) @binding(0) var<storage, read> x: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4u>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let own = share(gid, groups, params.each, params.len);
  for (var i = own.first; i < own.end; i += 8u) {
    let way = along_outer_axes(i / PADDED0);
    let s = source(i % PADDED0, params.size0, params.before0, STEP0);
    if (way.exists && s < params.size0) {
      out[i] = x[way.at + s];
    } else {
      out[i] = vec4u(params.value);
    }
  }
}
