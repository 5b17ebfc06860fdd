// Counts a step t of NAdam and makes the factors of gradient and mean, with µ(t) = β₁·(1 − 0.96^(t·decay) / 2):
//   a = (1 − µ(t)) / (1 − Π µ),  b = µ(t + 1) / (1 − Π µ · µ(t + 1)),  Π over µ(1) … µ(t)
// state = (t, 1 − β₂ᵗ, Π µ, a, b), at first (0, 0, 1, 0, 0). One invocation.
const LOG2_OF_096 = -0.05889368905;

struct Params { beta1: f32, beta2: f32, rest2: f32, decay: f32 }

@group(0) @binding(0) var<storage, read> control: array<f32>;
@group(0) @binding(1) var<storage, read_write> state: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

fn momentum(t: f32) -> f32 { return params.beta1 * (1.0 - 0.5 * exp2(LOG2_OF_096 * t * params.decay)); }

@compute @workgroup_size(1)
fn main() {
  if (control[0] == 0.0) { return; } // the step is skipped
  let t = state[0] + 1.0;
  let now = momentum(t);
  let next = momentum(t + 1.0);
  let product = state[2] * now;
  state[0] = t;
  state[1] = params.beta2 * state[1] + params.rest2;
  state[2] = product;
  state[3] = (1.0 - now) / (1.0 - product);
  state[4] = next / (1.0 - product * next);
}
