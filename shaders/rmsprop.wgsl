// RMSprop over the arena, four elements an invocation:
//   g ← scale·g + decay·p,  s ← α·s + (1 − α)·g²,  p ← p − lr · g / (√s + ε)
struct Params { len: u32, alpha: f32, eps: f32, weight_decay: f32 }

@group(0) @binding(0) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(1) var<storage, read> lr: array<f32>;
@group(0) @binding(2) var<storage, read> scale: array<f32>;
@group(0) @binding(3) var<storage, read_write> square_average: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len || scale[0] == 0.0) { return; } // a factor of 0: the step is skipped
  let p = parameters[i];
  let g = scale[0] * gradients[i] + params.weight_decay * p;
  let s = params.alpha * square_average[i] + (1.0 - params.alpha) * g * g;
  square_average[i] = s;
  parameters[i] = p - lr[0] * g / (sqrt(s) + params.eps);
}
