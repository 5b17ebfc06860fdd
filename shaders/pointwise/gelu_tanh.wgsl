// x/2 · (1 + tanh(√(2/π) · (x + 0.044715·x³))), Hendrycks and Gimpel 2016, §2.
fn gelu_tanh(x: f32) -> f32 {
  let u = 0.79788456 * (x + 0.044715 * x * x * x);
  return 0.5 * x * (1.0 + tanh(clamp(u, -15.0, 15.0)));
}
