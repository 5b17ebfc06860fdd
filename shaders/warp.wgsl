// out[n,c,y,z] = x[n,c] at column a·z + b·y + c and row d·z + e·y + f, where (a, b, c, d, e, f, top, left) = placement[n]:
// of the nearest pixel, or with BILINEAR = 1 joined from the four around that place. Pixels beyond the picture are `fill`,
// or with EDGE = 1 its nearest one. Rows top … top + cut − 1, columns left … left + cut − 1 of the result are `fill`.
// One invocation per element of out.
// @include planes.wgsl
const BILINEAR = 0u;
const EDGE = 0u;
const CHANNELS = 1u;

struct Params { len: u32, cut: u32, fill: f32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> placement: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: f32, i: u32) -> f32 { return value; }

fn pixel(plane: u32, row: i32, column: i32) -> f32 {
  let inside = vec2i(clamp(row, 0, i32(HEIGHT) - 1), clamp(column, 0, i32(WIDTH) - 1));
  if (EDGE == 0u && (inside.x != row || inside.y != column)) { return params.fill; }
  return x[(plane * HEIGHT + u32(inside.x)) * WIDTH + u32(inside.y)];
}

fn value(plane: u32, y: u32, z: u32) -> f32 {
  let n = plane / CHANNELS;
  let first = placement[2u * n]; // a, b, c, d
  let second = placement[2u * n + 1u]; // e, f, top, left
  let cut = vec2i(i32(y), i32(z)) - vec2i(second.zw);
  if (all(cut >= vec2i(0)) && all(cut < vec2i(i32(params.cut)))) { return params.fill; }
  let column = first.x * f32(z) + first.y * f32(y) + first.z;
  let row = first.w * f32(z) + second.x * f32(y) + second.y;
  if (BILINEAR == 0u) { return pixel(plane, i32(round(row)), i32(round(column))); }
  let above = i32(floor(row));
  let left = i32(floor(column));
  let across = column - floor(column);
  let upper = mix(pixel(plane, above, left), pixel(plane, above, left + 1), across);
  let lower = mix(pixel(plane, above + 1, left), pixel(plane, above + 1, left + 1), across);
  return mix(upper, lower, row - floor(row));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let z = i % OUT_WIDTH;
  let y = i / OUT_WIDTH % OUT_HEIGHT;
  out[i] = epilogue(value(i / (OUT_WIDTH * OUT_HEIGHT), y, z), i);
}
