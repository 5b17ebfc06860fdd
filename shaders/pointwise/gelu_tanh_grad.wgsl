// Derivative of gelu_tanh times d_out: with u as there and s = 1/(1 + e^−2u), s + x · s · (1 − s) · 2u′.
fn gelu_tanh_grad(x: f32, d_out: f32) -> f32 {
  let u = 0.79788456 * (x + 0.044715 * x * x * x);
  let s = 1.0 / (1.0 + exp(clamp(-2.0 * u, -80.0, 80.0)));
  let slope = 0.79788456 * (1.0 + 3.0 * 0.044715 * x * x);
  return (s + 2.0 * x * s * (1.0 - s) * slope) * d_out;
}
