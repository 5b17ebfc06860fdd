// sigmoid(beta·x) · d_out, and d_out itself where beta·x > threshold.
fn softplus_grad(x: f32, d_out: f32, beta: f32, threshold: f32) -> f32 {
  let y = beta * x;
  return select(d_out / (1.0 + exp(-clamp(y, -80.0, 80.0))), d_out, y > threshold);
}
