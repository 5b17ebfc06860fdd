// ln(1 + e^(beta·x)) / beta, and x itself where beta·x > threshold. With y = beta·x it is max(y, 0) + ln(1 + e^−|y|), so that
// nothing overflows; the logarithm by the series of log1p.wgsl, of a number in 0…1. NaN for NaN, by its bits: `min` and `max` may
// make a number of it.
// @include no_number.wgsl
fn softplus(x: f32, beta: f32, threshold: f32) -> f32 {
  let y = beta * x;
  let e = exp(-min(abs(y), 80.0));
  let s = e / (2.0 + e);
  let z = s * s;
  let tail = z * (1.0 / 3.0 + z * (1.0 / 5.0 + z * (1.0 / 7.0 + z * (1.0 / 9.0 + z * (1.0 / 11.0 + z * (1.0 / 13.0))))));
  return select((max(y, 0.0) + 2.0 * (s + s * tail)) / beta, x, y > threshold || is_no_number(y));
}
