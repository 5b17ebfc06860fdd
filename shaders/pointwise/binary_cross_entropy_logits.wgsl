// With s = log(1 + e⁻ˣ): (1 − t)·x + (1 + (positive − 1)·t)·s, the cross-entropy of t and the sigmoid of x with positives
// weighted. s = log(1 + e^−|x|) + max(−x, 0) does not overflow; where e^−|x| is small its series is more exact.
fn binary_cross_entropy_logits(x: f32, t: f32, positive: f32) -> f32 {
  let e = exp(-abs(x));
  let s = select(log(1.0 + e), e * (1.0 - 0.5 * e), e < 1e-3) + max(-x, 0.0);
  return (1.0 - t) * x + (1.0 + (positive - 1.0) * t) * s;
}
