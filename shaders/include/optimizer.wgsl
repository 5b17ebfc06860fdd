// What the kernels of the optimizers share; they go over an arena, four elements per invocation. The kernel binds
//   gradients: array<vec4f>, control: array<f32>, groups: array<vec2f>
// and its params have clip_value and weight_decay.
// control = (factor of all gradients, their norm, loss scale, steps skipped, steps since the loss scale changed, …), and at
// LR the learning rate. groups[s] = (factor of the learning rate, weight decay) of the s-th 64 elements: read with GROUPED = 1.
const GROUPED = 0u;
const CLIP = 0u; // 1: no element of the gradient is further from 0 than clip_value
const LR = 64u;

// A factor of 0: the step is to leave everything as it is, or the group its parameters.
fn skipped(i: u32) -> bool { return control[0] == 0.0 || (GROUPED == 1u && groups[i / 16u].x == 0.0); }

fn gradient(i: u32) -> vec4f {
  let g = control[0] * gradients[i];
  if (CLIP == 1u) { return clamp(g, vec4f(-params.clip_value), vec4f(params.clip_value)); }
  return g;
}

fn learning_rate(i: u32) -> f32 {
  if (GROUPED == 1u) { return control[LR] * groups[i / 16u].x; }
  return control[LR];
}

fn weight_decay(i: u32) -> f32 {
  if (GROUPED == 1u) { return groups[i / 16u].y; }
  return params.weight_decay;
}
