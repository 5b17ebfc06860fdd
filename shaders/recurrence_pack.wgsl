// out[k, j] = w[j, k], w [n, hidden]: recurrent weights as recurrence_reset_first.wgsl reads them, neighbours beside one another.
// One invocation per element.
struct Params { len: u32, n: u32, hidden: u32 }

@group(0) @binding(0) var<storage, read> w: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  out[i] = w[i % params.n * params.hidden + i / params.n];
}
