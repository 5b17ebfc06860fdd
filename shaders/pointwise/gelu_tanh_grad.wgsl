// Derivative of gelu_tanh times d_out: with u the tanh's argument and h = tanh u, (1 + h)/2 + x/2 · (1 − h²) · u′.
fn gelu_tanh_grad(x: f32, d_out: f32) -> f32 {
  let u = 0.79788456 * (x + 0.044715 * x * x * x);
  let h = tanh(clamp(u, -15.0, 15.0));
  let slope = 0.79788456 * (1.0 + 3.0 * 0.044715 * x * x);
  return (0.5 * (1.0 + h) + 0.5 * x * (1.0 - h * h) * slope) * d_out;
}
