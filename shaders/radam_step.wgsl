// Counts a step t of RAdam and makes the factor r by which the variance of its adaptive rate is rectified. One invocation.
//   ρ = ρ∞ − 2t·β₂ᵗ / (1 − β₂ᵗ) with ρ∞ = 2 / (1 − β₂) − 1,  r = √((ρ − 4)(ρ − 2)·ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)·ρ)) where ρ > 5, else 0
// The difference would cost all digits of ρ. With S = Σ β₂ᵏ (k < t) = (1 − β₂ᵗ) / (1 − β₂) and D ← β₂·D + S it is
// ρ = 2·D/S − 1, of positive terms alone. state = (t, 1 − β₁ᵗ, 1 − β₂ᵗ, D, r).
struct Params { beta1: f32, beta2: f32, rest1: f32, rest2: f32 }

@group(0) @binding(0) var<storage, read> control: array<f32>;
@group(0) @binding(1) var<storage, read_write> state: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(1)
fn main() {
  if (control[0] == 0.0) { return; } // the step is skipped
  state[0] += 1.0;
  state[1] = params.beta1 * state[1] + params.rest1;
  let c2 = params.beta2 * state[2] + params.rest2;
  let s = c2 / params.rest2;
  let d = params.beta2 * state[3] + s;
  state[2] = c2;
  state[3] = d;
  let rho = 2.0 * d / s - 1.0;
  let last = 2.0 / params.rest2 - 1.0;
  var r = 0.0;
  if (rho > 5.0) { r = sqrt((rho - 4.0) / (last - 4.0) * ((rho - 2.0) / (last - 2.0)) * (last / rho)); }
  state[4] = r;
}
