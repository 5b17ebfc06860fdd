// x · Φ(x), Φ the normal distribution function: Φ(x) = (1 + erf(x/√2)) / 2.
// erf by Abramowitz and Stegun 1964, 7.1.26, |error| ≤ 1.5e-7.
fn gelu(x: f32) -> f32 {
  let z = abs(x) * 0.70710678;
  let t = 1.0 / (1.0 + 0.3275911 * z);
  let tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) * exp(-z * z);
  return x * select(1.0 - 0.5 * tail, 0.5 * tail, x < 0.0);
}
