// Adagrad over the arena, four elements per invocation; state = (number t of the step, from 1), of meaning where lr_decay > 0.
//   g ← g + decay·p,  s ← s + g²,  p ← p − lr / (1 + (t − 1)·lr_decay) · g / (√s + ε)
// @include optimizer.wgsl
struct Params { len: u32, clip_value: f32, weight_decay: f32, lr_decay: f32, eps: f32 }

@group(0) @binding(0) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(1) var<storage, read> control: array<f32>;
@group(0) @binding(2) var<storage, read> groups: array<vec2f>;
@group(0) @binding(3) var<storage, read> state: array<f32>;
@group(0) @binding(4) var<storage, read_write> square_sum: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) count: vec3u) {
  let i = gid.x + gid.y * count.x * 64u;
  if (i >= params.len || skipped(i)) { return; }
  let p = parameters[i];
  let g = gradient(i) + weight_decay(i) * p;
  let s = square_sum[i] + g * g;
  square_sum[i] = s;
  let rate = learning_rate(i) / (1.0 + (state[0] - 1.0) * params.lr_decay);
  parameters[i] = p - rate * g / (sqrt(s) + params.eps);
}
