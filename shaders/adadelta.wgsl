// Adadelta over the arena, four elements per invocation:
//   g ← g + decay·p,  s ← ρ·s + (1 − ρ)·g²,  d ← √(a + ε) / √(s + ε) · g,  a ← ρ·a + (1 − ρ)·d²,  p ← p − lr · d
// @include optimizer.wgsl
struct Params { len: u32, clip_value: f32, weight_decay: f32, rho: f32, rest: f32, eps: f32 }

@group(0) @binding(0) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(1) var<storage, read> control: array<f32>;
@group(0) @binding(2) var<storage, read> groups: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> square_average: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> delta_average: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) count: vec3u) {
  let i = gid.x + gid.y * count.x * 64u;
  if (i >= params.len || skipped(i)) { return; }
  let p = parameters[i];
  let g = gradient(i) + weight_decay(i) * p;
  let s = params.rho * square_average[i] + params.rest * g * g;
  square_average[i] = s;
  let a = delta_average[i];
  let d = sqrt(a + params.eps) / sqrt(s + params.eps) * g;
  delta_average[i] = params.rho * a + params.rest * d * d;
  parameters[i] = p - learning_rate(i) * d;
}
