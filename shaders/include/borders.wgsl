// Where an element of a tensor with borders comes from. By MODE the source of place j along an axis is 0: j − before, every
// step-th one, and none where there is none; 1: mirrored at the first and last element; 2: the nearest; 3: the same as if
// the tensor went on periodically, which without a border rolls it.
// Sizes that indices are divided by are constants: dividing by a number that is not known to the compiler costs more than the rest.
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

const NONE = 4294967295u;

// The way from an element of the result to its source: what is left of the number of the former, where the latter is so far,
// how far apart neighbours along the next axis are, and whether there is one.
struct Way { rest: u32, at: u32, stride: u32, exists: bool }

fn source(j: u32, size: u32, before: u32, step: u32) -> u32 {
  let t = i32(j) - i32(before);
  if (MODE == 1u) { return u32(select(abs(t), 2 * (i32(size) - 1) - t, t >= i32(size))); }
  if (MODE == 2u) { return u32(clamp(t, 0, i32(size) - 1)); }
  if (MODE == 3u) { return u32(t + select(0, i32(size), t < 0) - select(0, i32(size), t >= i32(size))); }
  if (step == 1u) { return u32(t); }
  return select(NONE, u32(t) / step, t >= 0 && u32(t) % step == 0u);
}

fn along(way: Way, size: u32, padded: u32, before: u32, step: u32, is_last: bool) -> Way {
  var j = way.rest;
  if (!is_last) { j %= padded; }
  let s = source(j, size, before, step);
  return Way(way.rest / padded, way.at + s * way.stride, way.stride * size, way.exists && s < size);
}

// From the number of a row, which lies along axis 0, to where its source begins.
fn along_outer_axes(row: u32) -> Way {
  var way = Way(row, 0u, params.size0, true);
  if (AXES > 1u) { way = along(way, params.size1, PADDED1, params.before1, STEP1, AXES == 2u); }
  if (AXES > 2u) { way = along(way, params.size2, PADDED2, params.before2, STEP2, AXES == 3u); }
  if (AXES > 3u) { way = along(way, params.size3, PADDED3, params.before3, STEP3, true); }
  return way;
}
