// RAdam over the arena, four elements per invocation; state = (t, 1 − β₁ᵗ, 1 − β₂ᵗ, …, r) from radam_step.wgsl.
//   g ← g + decay·p            (DECOUPLED = 1: p ← p − lr·decay·p instead)
//   m ← β₁·m + (1 − β₁)·g,  v ← β₂·v + (1 − β₂)·g²
//   p ← p − lr · m / (1 − β₁ᵗ) · r · √(1 − β₂ᵗ) / (√v + ε), without the factors from r on while r is 0
// @include adam_moments.wgsl

@group(0) @binding(0) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(1) var<storage, read> control: array<f32>;
@group(0) @binding(2) var<storage, read> groups: array<vec2f>;
@group(0) @binding(3) var<storage, read> state: array<f32>;
@group(0) @binding(4) var<storage, read_write> mean: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> variance: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(7) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) count: vec3u) {
  let i = gid.x + gid.y * count.x * 64u;
  if (i >= params.len || skipped(i)) { return; }
  let now = moments_of(i);
  var d = now.m / state[1];
  if (state[4] > 0.0) { d *= state[4] * sqrt(state[2]) / (sqrt(now.v) + params.eps); }
  parameters[i] = now.p - now.lr * d;
}
