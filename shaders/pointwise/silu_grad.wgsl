// s · (1 + x · (1 − s)) · d_out, s the sigmoid of x as in sigmoid.wgsl.
fn silu_grad(x: f32, d_out: f32) -> f32 {
  let s = 1.0 / (1.0 + exp(-clamp(x, -80.0, 80.0)));
  return s * (1.0 + x * (1.0 - s)) * d_out;
}
