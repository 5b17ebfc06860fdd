// As scatter_scan.wgsl, for many entries where lanes are few: one invocation makes a column out[b, o, ·, r, w], or
// `each` rows of it where columns are few: it sets them to zeros and adds what source holds for them, entry after entry, in
// order. Nobody else touches them, so nothing is sorted.
// out is [B, O, n, R, W], index [O, m, R], source [B, O, m, R, W].
// Sizes that indices are divided by are constants: dividing by a number that is not known to the compiler costs more than the rest.
const INNER = 1u; // R
const WIDTH = 1u; // W
const OUTER = 1u; // O

struct Params { len: u32, columns: u32, n: u32, m: u32, each: u32, skip: u32 }

@group(0) @binding(0) var<storage, read> index: array<u32>;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 8u;
  if (i >= params.len) { return; }
  let column = i % params.columns;
  let first = i / params.columns * params.each;
  let end = min(first + params.each, params.n);
  let below = column % (INNER * WIDTH);
  let above = column / (INNER * WIDTH);
  let to = above * params.n * INNER * WIDTH + below;
  let start = above * params.m * INNER * WIDTH + below;
  let names = above % OUTER * params.m * INNER + below / WIDTH;
  for (var v = first; v < end; v++) { out[to + v * INNER * WIDTH] = 0.0; }
  for (var j = 0u; j < params.m; j++) {
    let v = index[names + j * INNER];
    if (v >= first && v < end && v != params.skip) { out[to + v * INNER * WIDTH] += source[start + j * INNER * WIDTH]; }
  }
}
