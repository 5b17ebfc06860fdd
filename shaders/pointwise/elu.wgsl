// x where x > 0, else alpha · (eˣ − 1), the latter as in expm1.wgsl.
fn elu(x: f32, alpha: f32) -> f32 {
  let series = x * (1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0 * (1.0 + x / 6.0 * (1.0 + x / 7.0 * (1.0 + x / 8.0)))))));
  return select(alpha * select(exp(x) - 1.0, series, x >= -0.5), x, x > 0.0);
}
