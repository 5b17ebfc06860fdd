// Max pooling where windows neither overlap nor leave anything out: out = the largest of each KERNEL_H × KERNEL_W window.
// [N, C] is seen as one dimension of planes. One invocation per window; the window's size is a constant, so its loops unroll.
const KERNEL_H = 2u;
const KERNEL_W = 2u;

struct Params { len: u32, width: u32, out_width: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let o = gid.x + gid.y * groups.x * 64u;
  if (o >= params.len) { return; }
  // Rows of all planes lie under one another, KERNEL_H of them to a row of windows.
  let start = o / params.out_width * KERNEL_H * params.width + o % params.out_width * KERNEL_W;
  var largest = x[start];
  for (var y = 0u; y < KERNEL_H; y++) {
    for (var z = 0u; z < KERNEL_W; z++) { largest = max(largest, x[start + y * params.width + z]); }
  }
  out[o] = largest;
}
