// warp.wgsl for placements that only mirror pictures and move them by whole pixels (a and e are ±1, b and d 0, c and f whole),
// where rows of x and of out are multiples of 4 wide: four neighbours of out are four neighbours of x, from two vec4s. One
// invocation makes `fours` fours of a row, one beside the other, and keeps of each two vec4s the one that the next four needs, too.
// @include planes.wgsl
const EDGE = 0u;
const CHANNELS = 1u;

struct Params { len: u32, fours: u32, cut: u32, fill: f32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> placement: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }

// Columns 4·at … of a row of x, also beyond it.
fn four(plane: u32, y: i32, at: i32) -> vec4f {
  let row = clamp(y, 0, i32(HEIGHT) - 1);
  let near = clamp(at, 0, i32(WIDTH / 4u) - 1);
  let found = x[(plane * HEIGHT + u32(row)) * (WIDTH / 4u) + u32(near)];
  if (EDGE == 1u) { return select(select(found, found.wwww, at > near), found.xxxx, at < near); }
  return select(vec4f(params.fill), found, row == y && near == at);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let across = OUT_WIDTH / 4u;
  let start = i * params.fours;
  let y = start / across % OUT_HEIGHT;
  let plane = start / across / OUT_HEIGHT;
  let first = placement[2u * (plane / CHANNELS)]; // a, b, c, d
  let second = placement[2u * (plane / CHANNELS) + 1u]; // e, f, top, left
  let row = i32(second.x) * i32(y) + i32(second.y);
  let cut = i32(params.cut);
  let cut_y = i32(y) - i32(second.z);
  let is_row_cut = cut_y >= 0 && cut_y < cut;
  let mirrored = first.x < 0.0;
  let step = select(1, -1, mirrored);
  var z = i32(4u * (start % across));
  let lowest = i32(first.z) + select(z, -z - 3, mirrored);
  let by = u32(lowest) % 4u;
  var at = (lowest - i32(by)) / 4 + select(0, 1, mirrored);
  var kept = four(plane, row, at);
  for (var to = start; to < start + params.fours; to++) {
    at += step;
    let found = four(plane, row, at);
    let low = select(kept, found, mirrored);
    let high = select(found, kept, mirrored);
    kept = found;
    let by_two = by >= 2u;
    let taken = select(low, vec4f(low.zw, high.xy), by_two);
    let next = select(high.x, high.z, by_two);
    let moved = select(taken, vec4f(taken.yzw, next), by % 2u == 1u);
    let value = select(moved, moved.wzyx, mirrored);
    let cut_z = vec4i(z) + vec4i(0, 1, 2, 3) - i32(second.w);
    let is_cut = (cut_z >= vec4i()) & (cut_z < vec4i(cut)) & vec4<bool>(is_row_cut);
    out[to] = epilogue(select(value, vec4f(params.fill), is_cut), 4u * to);
    z += 4;
  }
}
