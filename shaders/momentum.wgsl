// Gradient descent with momentum over the arena, four elements an invocation:
//   g ← scale·g + decay·p,  v ← µ·v + g,  p ← p − lr · v   (Nesterov: p ← p − lr · (g + µ·v))
struct Params { len: u32, momentum: f32, weight_decay: f32, nesterov: u32 }

@group(0) @binding(0) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(1) var<storage, read> lr: array<f32>;
@group(0) @binding(2) var<storage, read> scale: array<f32>;
@group(0) @binding(3) var<storage, read_write> velocity: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len || scale[0] == 0.0) { return; } // a factor of 0: the step is skipped
  let p = parameters[i];
  let g = scale[0] * gradients[i] + params.weight_decay * p;
  let v = params.momentum * velocity[i] + g;
  velocity[i] = v;
  parameters[i] = p - lr[0] * select(v, g + params.momentum * v, params.nesterov == 1u);
}
