// concat.wgsl for four neighbouring elements at a time that may be of two operands or rows, for devices of few lanes: each is
// read by itself, all are written at once. One launch fills out, whose number of elements is a multiple of four.
// An invocation makes `each` fours.
// @include share.wgsl
// Sizes that indices are divided by are constants: dividing by a number that is not known to the compiler costs more than the rest.
const WIDTH = 1u;

struct Params { len: u32, each: u32, end0: u32, end1: u32, end2: u32, end3: u32, end4: u32 }

@group(0) @binding(0) var<storage, read> x0: array<u32>;
@group(0) @binding(1) var<storage, read> x1: array<u32>;
@group(0) @binding(2) var<storage, read> x2: array<u32>;
@group(0) @binding(3) var<storage, read> x3: array<u32>;
@group(0) @binding(4) var<storage, read> x4: array<u32>;
@group(0) @binding(5) var<storage, read> x5: array<u32>;
@group(0) @binding(6) var<storage, read_write> out: array<vec4u>;
@group(0) @binding(7) var<uniform> params: Params;

fn element(i: u32) -> u32 {
  let row = i / WIDTH;
  let column = i % WIDTH;
  if (column < params.end0) { return x0[row * params.end0 + column]; }
  if (column < params.end1) { return x1[row * (params.end1 - params.end0) + column - params.end0]; }
  if (column < params.end2) { return x2[row * (params.end2 - params.end1) + column - params.end1]; }
  if (column < params.end3) { return x3[row * (params.end3 - params.end2) + column - params.end2]; }
  if (column < params.end4) { return x4[row * (params.end4 - params.end3) + column - params.end3]; }
  return x5[row * (WIDTH - params.end4) + column - params.end4];
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let own = share(gid, groups, params.each, params.len);
  for (var i = own.first; i < own.end; i += 8u) {
    out[i] = vec4u(element(i * 4u), element(i * 4u + 1u), element(i * 4u + 2u), element(i * 4u + 3u));
  }
}
