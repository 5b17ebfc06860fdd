// −(t·log p + (1 − t)·log(1 − p)), each logarithm at least −100. 0 is asked for: some devices have a finite logarithm of it.
// @include lifted.wgsl
fn binary_cross_entropy(p: f32, t: f32) -> f32 {
  let log_p = select(lifted(log(p), -100.0), -100.0, p <= 0.0);
  let log_q = select(lifted(log(1.0 - p), -100.0), -100.0, p >= 1.0);
  return -(t * log_p + (1.0 - t) * log_q);
}
