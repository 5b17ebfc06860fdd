// Gradient descent with momentum over the arena, four elements per invocation:
//   g ← g + decay·p,  v ← µ·v + (1 − dampening)·g,  p ← p − lr · v   (Nesterov: p ← p − lr · (g + µ·v))
// With DAMPENED = 1 the first v is g itself, as in PyTorch; state = (number of the step, from 1).
// @include optimizer.wgsl
const DAMPENED = 0u;

struct Params { len: u32, clip_value: f32, weight_decay: f32, momentum: f32, dampening: f32, nesterov: u32 }

@group(0) @binding(0) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(1) var<storage, read> control: array<f32>;
@group(0) @binding(2) var<storage, read> groups: array<vec2f>;
@group(0) @binding(3) var<storage, read> state: array<f32>;
@group(0) @binding(4) var<storage, read_write> velocity: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) count: vec3u) {
  let i = gid.x + gid.y * count.x * 64u;
  if (i >= params.len || skipped(i)) { return; }
  let p = parameters[i];
  let g = gradient(i) + weight_decay(i) * p;
  var v = params.momentum * velocity[i] + (1.0 - params.dampening) * g;
  if (DAMPENED == 1u && state[0] <= 1.0) { v = g; }
  velocity[i] = v;
  parameters[i] = p - learning_rate(i) * select(v, g + params.momentum * v, params.nesterov == 1u);
}
