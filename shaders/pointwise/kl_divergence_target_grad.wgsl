// The derivative of kl_divergence for t times d_out: log t + 1 − x, and 0 where t = 0.
fn kl_divergence_target_grad(x: f32, t: f32, d_out: f32) -> f32 {
  return select((log(t) + 1.0 - x) * d_out, 0.0, t == 0.0);
}
