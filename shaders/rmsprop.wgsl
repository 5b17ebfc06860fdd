// RMSprop over the arena, four elements per invocation:
//   g ← g + decay·p,  s ← α·s + (1 − α)·g²,  d ← g / (√s + ε),  p ← p − lr · d
// CENTERED = 1: a ← α·a + (1 − α)·g and the root is of s − a².  MOMENTUM = 1: v ← µ·v + d, p ← p − lr · v.
// @include optimizer.wgsl
const CENTERED = 0u;
const MOMENTUM = 0u;

struct Params { len: u32, clip_value: f32, weight_decay: f32, alpha: f32, rest: f32, eps: f32, momentum: f32 }

@group(0) @binding(0) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(1) var<storage, read> control: array<f32>;
@group(0) @binding(2) var<storage, read> groups: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> square_average: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> average: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> velocity: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(7) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) count: vec3u) {
  let i = gid.x + gid.y * count.x * 64u;
  if (i >= params.len || skipped(i)) { return; }
  let p = parameters[i];
  let g = gradient(i) + weight_decay(i) * p;
  let s = params.alpha * square_average[i] + params.rest * g * g;
  square_average[i] = s;
  var variance = s;
  if (CENTERED == 1u) {
    let a = params.alpha * average[i] + params.rest * g;
    average[i] = a;
    variance = max(s - a * a, vec4f(0.0)); // rounding may take it below 0
  }
  var d = g / (sqrt(variance) + params.eps);
  if (MOMENTUM == 1u) {
    d += params.momentum * velocity[i];
    velocity[i] = d;
  }
  parameters[i] = p - learning_rate(i) * d;
}
