// The entry point of concat.wgsl and concat_by_four.wgsl, which bind arrays of single elements or of fours.
// @include share.wgsl
// Columns are divided by, and so a constant: dividing by a number that is not known to the compiler costs more than all the rest.
const WIDTH = 1u;

struct Params {
  len: u32, stride: u32, first: u32, end0: u32, end1: u32, end2: u32, end3: u32, end4: u32, each: u32,
}

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
