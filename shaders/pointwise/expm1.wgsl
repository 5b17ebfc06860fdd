// eˣ − 1 with full relative accuracy: up to |x| = ½ by the Taylor series, whose rest is below 2e-8 there; beyond, eˣ is
// far enough from 1.
fn expm1(x: f32) -> f32 {
  let series = x * (1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0 * (1.0 + x / 6.0 * (1.0 + x / 7.0 * (1.0 + x / 8.0)))))));
  return select(exp(x) - 1.0, series, abs(x) <= 0.5);
}
