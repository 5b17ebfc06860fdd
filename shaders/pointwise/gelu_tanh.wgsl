// x/2 · (1 + tanh u), u = √(2/π) · (x + 0.044715·x³), Hendrycks and Gimpel 2016, §2. Since (1 + tanh u)/2 = 1/(1 + e^−2u), one
// exponential does. The clamp keeps it finite.
fn gelu_tanh(x: f32) -> f32 {
  let u = 0.79788456 * (x + 0.044715 * x * x * x);
  return x / (1.0 + exp(clamp(-2.0 * u, -80.0, 80.0)));
}
