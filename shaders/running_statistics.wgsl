// Moves running statistics towards a batch's: running += momentum · (batch − running), the variance times
// `unbias` = n/(n − 1). One invocation per channel.
struct Params { len: u32, momentum: f32, unbias: f32 }

@group(0) @binding(0) var<storage, read> mean: array<f32>;
@group(0) @binding(1) var<storage, read> variance: array<f32>;
@group(0) @binding(2) var<storage, read_write> running_mean: array<f32>;
@group(0) @binding(3) var<storage, read_write> running_var: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  running_mean[i] += params.momentum * (mean[i] - running_mean[i]);
  running_var[i] += params.momentum * (variance[i] * params.unbias - running_var[i]);
}
