// Adamax over the arena, four elements per invocation; state = (t, 1 − β₁ᵗ, …) from adam_step.wgsl.
//   g ← g + decay·p,  m ← β₁·m + (1 − β₁)·g,  u ← max(β₂·u, |g| + ε),  p ← p − lr / (1 − β₁ᵗ) · m / u
// @include optimizer.wgsl
struct Params { len: u32, clip_value: f32, weight_decay: f32, beta1: f32, beta2: f32, rest1: f32, eps: f32 }

@group(0) @binding(0) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(1) var<storage, read> control: array<f32>;
@group(0) @binding(2) var<storage, read> groups: array<vec2f>;
@group(0) @binding(3) var<storage, read> state: array<f32>;
@group(0) @binding(4) var<storage, read_write> mean: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> infinity_norm: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(7) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) count: vec3u) {
  let i = gid.x + gid.y * count.x * 64u;
  if (i >= params.len || skipped(i)) { return; }
  let p = parameters[i];
  let g = gradient(i) + weight_decay(i) * p;
  let m = params.beta1 * mean[i] + params.rest1 * g;
  let u = max(params.beta2 * infinity_norm[i], abs(g) + params.eps);
  mean[i] = m;
  infinity_norm[i] = u;
  parameters[i] = p - learning_rate(i) / state[1] * m / u;
}
