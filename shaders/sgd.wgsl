// Gradient descent over the arena, four elements an invocation: p ← p − lr · (scale·g + decay·p).
struct Params { len: u32, weight_decay: f32 }

@group(0) @binding(0) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(1) var<storage, read> lr: array<f32>;
@group(0) @binding(2) var<storage, read> scale: array<f32>;
@group(0) @binding(3) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len || scale[0] == 0.0) { return; } // a factor of 0: the step is skipped
  let p = parameters[i];
  parameters[i] = p - lr[0] * (scale[0] * gradients[i] + params.weight_decay * p);
}
