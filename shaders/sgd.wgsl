// Gradient descent over the arena, four elements per invocation: p ← p − lr · (g + decay·p).
// @include optimizer.wgsl
struct Params { len: u32, clip_value: f32, weight_decay: f32 }

@group(0) @binding(0) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(1) var<storage, read> control: array<f32>;
@group(0) @binding(2) var<storage, read> groups: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) count: vec3u) {
  let i = gid.x + gid.y * count.x * 64u;
  if (i >= params.len || skipped(i)) { return; }
  let p = parameters[i];
  parameters[i] = p - learning_rate(i) * (gradient(i) + weight_decay(i) * p);
}
