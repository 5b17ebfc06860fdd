// Lion over the arena, four elements per invocation; the decay is decoupled from the gradient.
//   p ← p − lr·decay·p − lr · sign(β₁·m + (1 − β₁)·g),  m ← β₂·m + (1 − β₂)·g
// @include optimizer.wgsl
struct Params { len: u32, clip_value: f32, weight_decay: f32, beta1: f32, beta2: f32, rest1: f32, rest2: f32 }

@group(0) @binding(0) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(1) var<storage, read> control: array<f32>;
@group(0) @binding(2) var<storage, read> groups: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> mean: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) count: vec3u) {
  let i = gid.x + gid.y * count.x * 64u;
  if (i >= params.len || skipped(i)) { return; }
  let p = parameters[i];
  let g = gradient(i);
  let m = mean[i];
  let direction = sign(params.beta1 * m + params.rest1 * g);
  mean[i] = params.beta2 * m + params.rest2 * g;
  parameters[i] = p - learning_rate(i) * (weight_decay(i) * p + direction);
}
