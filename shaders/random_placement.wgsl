// Where augmented pictures are read, eight numbers per example: (a, b, c, d, e, f, top, left). Column z, row y of the result
// is read at column a·z + b·y + c and row d·z + e·y + f. Seen from the picture: it is mirrored, then turned and scaled about
// its middle m, and a window is laid on it at a random whole offset o. So with p = (z, y), backwards:
//   read at F·R·(p + o − m) / s + m,   F = diag(±1, ±1),   R = (cos, −sin; sin, cos) of the angle.
// (top, left): corner of a square of side `cut` whose middle is a random pixel of the result.
// Example n takes words 8·n … 8·n + 7 of its stream; state = (seed, step). One invocation per example.
// @include threefry.wgsl
// @include distributions.wgsl
struct Params {
  examples: u32, stream: u32, middle_x: f32, middle_y: f32,
  offset_x: i32, offsets_x: u32, offset_y: i32, offsets_y: u32,
  flip_x: f32, flip_y: f32, turns: f32, scale: f32, scale_range: f32,
  out_height: u32, out_width: u32, cut: u32,
}

@group(0) @binding(0) var<storage, read> state: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

// One of `count` whole numbers from `first` on.
fn whole(word: u32, first: i32, count: u32) -> f32 { return f32(first + i32(word % max(count, 1u))); }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = gid.x + gid.y * groups.x * 64u;
  if (n >= params.examples) { return; }
  let key = vec2u(state[0], params.stream);
  let first = four_words(key, 2u * n, state[1]);
  let second = four_words(key, 2u * n + 1u, state[1]);
  let first_unit = to_unit(first);
  let second_unit = to_unit(second);

  let u = whole(first.x, params.offset_x, params.offsets_x) - params.middle_x;
  let v = whole(first.y, params.offset_y, params.offsets_y) - params.middle_y;
  let mirror = select(vec2f(1.0), vec2f(-1.0), first_unit.zw < vec2f(params.flip_x, params.flip_y));
  var turned = vec2f(1.0, 0.0);
  if (params.turns > 0.0) {
    let turn = params.turns * (2.0 * second_unit.x - 1.0);
    turned = on_circle(bitcast<u32>(i32(turn * 4294967296.0)));
  }
  turned /= params.scale + params.scale_range * second_unit.y;
  let column = mirror.x * vec2f(turned.x, -turned.y);
  let row = mirror.y * vec2f(turned.y, turned.x);
  let c = column.x * u + column.y * v + params.middle_x;
  let f = row.x * u + row.y * v + params.middle_y;
  let top = whole(second.z, -i32(params.cut / 2u), params.out_height);
  let left = whole(second.w, -i32(params.cut / 2u), params.out_width);
  out[2u * n] = vec4f(column, c, row.x);
  out[2u * n + 1u] = vec4f(row.y, f, top, left);
}
