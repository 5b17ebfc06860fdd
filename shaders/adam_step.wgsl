// Counts a step t and keeps 1 − β₁ᵗ and 1 − β₂ᵗ by the recurrence c ← β·c + (1 − β), which loses nothing where β is near 1.
// state = (t, 1 − β₁ᵗ, 1 − β₂ᵗ). One invocation.
struct Params { beta1: f32, beta2: f32, rest1: f32, rest2: f32 }

@group(0) @binding(0) var<storage, read> control: array<f32>;
@group(0) @binding(1) var<storage, read_write> state: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(1)
fn main() {
  if (control[0] == 0.0) { return; } // the step is skipped
  state[0] += 1.0;
  state[1] = params.beta1 * state[1] + params.rest1;
  state[2] = params.beta2 * state[2] + params.rest2;
}
