// pad.wgsl for four neighbouring elements at a time: sizes and borders of axis 0 are counted in fours, and it has no border
// of the modes 1 and 2. One invocation per four elements of out.
// Sizes by which numbers are divided are constants: a division by what is not known costs more than all the rest.
const MODE = 0u;
const AXES = 4u;
const STEPS = 1u; // 0 where every step is 1
const PADDED0 = 1u;
const PADDED1 = 1u;
const PADDED2 = 1u;
const PADDED3 = 1u;
const NONE = 4294967295u;

struct Params {
  len: u32, value: u32,
  size0: u32, before0: u32, step0: u32, size1: u32, before1: u32, step1: u32,
  size2: u32, before2: u32, step2: u32, size3: u32, before3: u32, step3: u32,
}

@group(0) @binding(0) var<storage, read> x: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4u>;
@group(0) @binding(2) var<uniform> params: Params;

// The way from an element of out to one of x: what is left of the number of the former, where the latter is so far, how
// far apart neighbours along the next axis are, and whether there is one.
struct Way { rest: u32, at: u32, stride: u32, exists: bool }

fn source(j: u32, size: u32, before: u32, step: u32) -> u32 {
  let t = i32(j) - i32(before);
  if (MODE == 1u) { return u32(select(abs(t), 2 * (i32(size) - 1) - t, t >= i32(size))); }
  if (MODE == 2u) { return u32(clamp(t, 0, i32(size) - 1)); }
  if (MODE == 3u) { return u32(t + select(0, i32(size), t < 0) - select(0, i32(size), t >= i32(size))); }
  if (STEPS == 0u) { return u32(t); }
  return select(NONE, u32(t) / step, t >= 0 && u32(t) % step == 0u);
}

fn along(way: Way, size: u32, padded: u32, before: u32, step: u32) -> Way {
  let s = source(way.rest % padded, size, before, step);
  return Way(way.rest / padded, way.at + s * way.stride, way.stride * size, way.exists && s < size);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  var way = along(Way(i, 0u, 1u, true), params.size0, PADDED0, params.before0, params.step0);
  if (AXES > 1u) { way = along(way, params.size1, PADDED1, params.before1, params.step1); }
  if (AXES > 2u) { way = along(way, params.size2, PADDED2, params.before2, params.step2); }
  if (AXES > 3u) { way = along(way, params.size3, PADDED3, params.before3, params.step3); }
  if (way.exists) {
    out[i] = x[way.at];
  } else {
    out[i] = vec4u(params.value);
  }
}
