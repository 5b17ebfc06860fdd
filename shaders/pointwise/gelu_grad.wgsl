// (Φ(x) + x · φ(x)) · d_out, φ the normal density; Φ as in gelu.wgsl.
fn gelu_grad(x: f32, d_out: f32) -> f32 {
  let z = abs(x) * 0.70710678;
  let t = 1.0 / (1.0 + 0.3275911 * z);
  let bell = exp(-z * z);
  let tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) * bell;
  return (select(1.0 - 0.5 * tail, 0.5 * tail, x < 0.0) + x * bell * 0.39894228) * d_out;
}
