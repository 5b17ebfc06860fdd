// out = x with borders, along up to four axes at a time, axis 0 the innermost: see include/borders.wgsl. By MODE the border is
// 0: `value`, 1: mirrored, 2: the nearest element, 3: the other end. An invocation makes `each` elements.
// Elements are moved as bits, so any 4-byte dtype will do.
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

@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
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
      out[i] = params.value;
    }
  }
}
