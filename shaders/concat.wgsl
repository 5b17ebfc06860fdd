// Copies one operand of a concatenation to its place: runs of `run` neighbouring elements of x go to `start` in each
// `out_stride` elements of out. Elements are moved as bits, so any 4-byte dtype will do. One invocation per element of x.
struct Params { len: u32, run: u32, out_stride: u32, start: u32 }

@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  out[i / params.run * params.out_stride + params.start + i % params.run] = x[i];
}
