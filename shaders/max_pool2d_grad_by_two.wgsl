// The gradient of max_pool2d_by_two: dx = d_out at the first maximum of each window (in row-major order), 0 elsewhere.
// One invocation makes the elements of two neighbouring windows, eight or with KERNEL_H = 1 four.
const KERNEL_H = 2u; // or 1
const ROWS_A_LAYER = 262144u; // rows of windows along y of the grid; the rest goes along z

struct Params { rows: u32, width: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> d_out: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }

// The shares of the elements of a window in its d: top left and right, bottom left and right.
fn share(top: vec2f, bottom: vec2f, d: f32) -> vec4f {
  let largest = max(max(top.x, top.y), max(bottom.x, bottom.y));
  let first = top.x == largest;
  let second = !first && top.y == largest;
  let third = !first && !second && bottom.x == largest;
  let fourth = !(first || second || third);
  return select(vec4f(), vec4f(d), vec4<bool>(first, second, third, fourth));
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let row = gid.y + gid.z * ROWS_A_LAYER;
  let across = params.width / 4u;
  if (gid.x >= across || row >= params.rows) { return; }
  let top = row * KERNEL_H * across + gid.x;
  let bottom = top + across;
  let upper = x[top];
  var lower = vec4f(-3.4028234e38);
  if (KERNEL_H == 2u) { lower = x[bottom]; }
  let d = d_out[row * across + gid.x];
  let left = share(upper.xy, lower.xy, d.x);
  let right = share(upper.zw, lower.zw, d.y);
  dx[top] = epilogue(vec4f(left.xy, right.xy), 4u * top);
  if (KERNEL_H == 2u) { dx[bottom] = epilogue(vec4f(left.zw, right.zw), 4u * bottom); }
}
