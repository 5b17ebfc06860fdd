// Adam over the arena, four elements an invocation; state = (t, 1 − β₁ᵗ, 1 − β₂ᵗ) from adam_step.wgsl.
//   g ← scale·g + decay·p            (AdamW, DECOUPLED 1: p ← p − lr·decay·p instead)
//   m ← β₁·m + (1 − β₁)·g,  v ← β₂·v + (1 − β₂)·g²
//   p ← p − lr · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
const DECOUPLED = 0u;

struct Params { len: u32, beta1: f32, beta2: f32, rest1: f32, rest2: f32, eps: f32, weight_decay: f32 }

@group(0) @binding(0) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(1) var<storage, read> lr: array<f32>;
@group(0) @binding(2) var<storage, read> scale: array<f32>;
@group(0) @binding(3) var<storage, read> state: array<f32>;
@group(0) @binding(4) var<storage, read_write> mean: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> variance: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(7) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len || scale[0] == 0.0) { return; } // a factor of 0: the step is skipped
  var p = parameters[i];
  var g = scale[0] * gradients[i];
  if (DECOUPLED == 1u) {
    p -= lr[0] * params.weight_decay * p;
  } else {
    g += params.weight_decay * p;
  }
  let m = params.beta1 * mean[i] + params.rest1 * g;
  let v = params.beta2 * variance[i] + params.rest2 * g * g;
  mean[i] = m;
  variance[i] = v;
  parameters[i] = p - lr[0] * (m / state[1]) / (sqrt(v / state[2]) + params.eps);
}
