// ln(1 + x) with full relative accuracy. With s = x / (2 + x) it is 2·artanh(s) = 2(s + s³/3 + s⁵/5 + …), of which
// the rest is below 2e-8 for x in −½…1 (|s| ≤ ⅓); beyond, 1 + x loses nothing that matters.
fn log1p(x: f32) -> f32 {
  let s = x / (2.0 + x);
  let z = s * s;
  let tail = z * (1.0 / 3.0 + z * (1.0 / 5.0 + z * (1.0 / 7.0 + z * (1.0 / 9.0 + z * (1.0 / 11.0 + z * (1.0 / 13.0))))));
  return select(log(1.0 + x), 2.0 * (s + s * tail), x >= -0.5 && x <= 1.0);
}
