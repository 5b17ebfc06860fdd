// tanh(x). Up to |x| = 0.55 an odd polynomial, a minimax fit to f64 values that keeps the relative accuracy; beyond,
// 1 − 2 / (e^2|x| + 1) with the sign of x. From 15 on that is 1 in f32; the clamp keeps the exponential finite.
// NaN for NaN, by its bits: a clamp may make a number of it.
// @include no_number.wgsl
fn hyperbolic_tangent(x: f32) -> f32 {
  let z = x * x;
  let inner = x + x * (z * (-0.333332993 + z * (0.133319582 + z * (-0.0537866814 + z * (0.0208053775 - z * 0.0059058606)))));
  let outer = 1.0 - 2.0 / (exp(2.0 * min(abs(x), 15.0)) + 1.0);
  return select(select(outer, -outer, x < 0.0), inner, abs(x) < 0.55 || is_no_number(x));
}
