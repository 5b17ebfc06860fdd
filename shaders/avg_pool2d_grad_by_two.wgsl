// The gradient of avg_pool2d_by_two: each element has the same share of its window's d_out.
// One invocation makes the elements of two neighbouring windows, eight or with KERNEL_H = 1 four.
const KERNEL_H = 2u; // or 1
const ROWS_A_LAYER = 262144u; // rows of windows along y of the grid; the rest goes along z

struct Params { rows: u32, width: u32 }

@group(0) @binding(0) var<storage, read> d_out: array<vec2f>;
@group(0) @binding(1) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let row = gid.y + gid.z * ROWS_A_LAYER;
  let across = params.width / 4u;
  if (gid.x >= across || row >= params.rows) { return; }
  let top = row * KERNEL_H * across + gid.x;
  let d = d_out[row * across + gid.x] / f32(2u * KERNEL_H);
  dx[top] = d.xxyy;
  if (KERNEL_H == 2u) { dx[top + across] = d.xxyy; }
}
