// The entry point of pad.wgsl and pad_by_four.wgsl, which say what a V is.
// @include borders.wgsl
// @include share.wgsl
struct Params {
  len: u32, each: u32, value: u32,
  size0: u32, before0: u32, size1: u32, before1: u32, size2: u32, before2: u32, size3: u32, before3: u32,
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let own = share(gid, groups, params.each, params.len);
  for (var i = own.first; i < own.end; i += 8u) {
    let way = along_outer_axes(i / PADDED0);
    let s = source(i % PADDED0, params.size0, params.before0, STEP0);
    if (way.exists && s < params.size0) {
      out[i] = x[way.at + s];
    } else {
      out[i] = V(params.value);
    }
  }
}
