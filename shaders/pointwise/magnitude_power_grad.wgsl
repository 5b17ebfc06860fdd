// p · |x|ᵖ⁻¹ · sign(x) · d_out; 0 at 0.
fn magnitude_power_grad(x: f32, d_out: f32, p: f32) -> f32 {
  return select(p * pow(abs(x), p - 1.0) * sign(x) * d_out, 0.0, x == 0.0);
}
