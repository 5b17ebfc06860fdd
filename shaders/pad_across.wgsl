// pad.wgsl for four neighbouring elements at a time that may lie in two rows, for devices of few lanes: each is read by itself,
// all are written at once. The number of elements is a multiple of four. An invocation makes `each` runs of `run` fours, that
// are no longer than a row of out: so that where its rows come from is worked out once.
// @include borders.wgsl
// @include share.wgsl
struct Params {
  len: u32, each: u32, run: u32, fours: u32, value: u32,
  size0: u32, before0: u32, size1: u32, before1: u32, size2: u32, before2: u32, size3: u32, before3: u32,
}

@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4u>;
@group(0) @binding(2) var<uniform> params: Params;

// The element at place j of a row, or where that is beyond its end of the next one.
fn element(j: u32, row: Way, next: Way) -> u32 {
  let is_next = j >= PADDED0;
  let s = source(select(j, j - PADDED0, is_next), params.size0, params.before0, STEP0);
  let exists = select(row.exists, next.exists, is_next) && s < params.size0;
  let found = x[select(0u, select(row.at, next.at, is_next) + s, exists)];
  return select(params.value, found, exists);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let own = share(gid, groups, params.each, params.len);
  for (var n = own.first; n < own.end; n += 8u) {
    let first = n * params.run * 4u;
    let row = first / PADDED0;
    let way = along_outer_axes(row);
    var next = way;
    if (first % PADDED0 + params.run * 4u > PADDED0) { next = along_outer_axes(row + 1u); }
    for (var k = 0u; k < params.run; k++) {
      let i = n * params.run + k;
      let j = i * 4u - row * PADDED0;
      let four = vec4u(
        element(j, way, next), element(j + 1u, way, next), element(j + 2u, way, next), element(j + 3u, way, next),
      );
      if (i < params.fours) { out[i] = four; }
    }
  }
}
