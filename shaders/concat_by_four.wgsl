// concat.wgsl for four neighbouring elements at a time: all columns are counted in fours. An invocation makes `each` fours.
// @include share.wgsl
// Sizes by which numbers are divided are constants: a division by what is not known costs more than all the rest.
const WIDTH = 1u;

struct Params {
  len: u32, stride: u32, first: u32, end0: u32, end1: u32, end2: u32, end3: u32, end4: u32,
  each: u32,
}

@group(0) @binding(0) var<storage, read> x0: array<vec4u>;
@group(0) @binding(1) var<storage, read> x1: array<vec4u>;
@group(0) @binding(2) var<storage, read> x2: array<vec4u>;
@group(0) @binding(3) var<storage, read> x3: array<vec4u>;
@group(0) @binding(4) var<storage, read> x4: array<vec4u>;
@group(0) @binding(5) var<storage, read> x5: array<vec4u>;
@group(0) @binding(6) var<storage, read_write> out: array<vec4u>;
@group(0) @binding(7) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let own = share(gid, groups, params.each, params.len);
  for (var i = own.first; i < own.end; i += 8u) {
    let row = i / WIDTH;
    let column = i - row * WIDTH;
    let to = row * params.stride + params.first + column;
    if (column < params.end0) {
      out[to] = x0[row * params.end0 + column];
    } else if (column < params.end1) {
      out[to] = x1[row * (params.end1 - params.end0) + column - params.end0];
    } else if (column < params.end2) {
      out[to] = x2[row * (params.end2 - params.end1) + column - params.end1];
    } else if (column < params.end3) {
      out[to] = x3[row * (params.end3 - params.end2) + column - params.end2];
    } else if (column < params.end4) {
      out[to] = x4[row * (params.end4 - params.end3) + column - params.end3];
    } else {
      out[to] = x5[row * (WIDTH - params.end4) + column - params.end4];
    }
  }
}
