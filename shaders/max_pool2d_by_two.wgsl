// Max pooling of 2 × 2 windows (or with KERNEL_H = 1 of 1 × 2) that neither overlap nor leave anything out, where rows of x are a multiple of 4 wide:
// out = the largest of each window. [N, C] is seen as one dimension of planes. One invocation makes two neighbouring windows.
const KERNEL_H = 2u; // or 1
const ROWS_A_LAYER = 262144u; // rows of windows along y of the grid; the rest goes along z

struct Params { rows: u32, width: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> out: array<vec2f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let row = gid.y + gid.z * ROWS_A_LAYER;
  let across = params.width / 4u;
  if (gid.x >= across || row >= params.rows) { return; }
  let top = row * KERNEL_H * across + gid.x;
  var largest = x[top];
  if (KERNEL_H == 2u) { largest = max(largest, x[top + across]); }
  out[row * across + gid.x] = vec2f(max(largest.x, largest.y), max(largest.z, largest.w));
}
