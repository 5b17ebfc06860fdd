// −(t·log p + (1 − t)·log(1 − p)), each logarithm at least −100. 0 is asked for: some devices have a finite logarithm of it. So
// have some of a NaN, and `max` may leave it out: NaN for a NaN, by its bits.
fn binary_cross_entropy(p: f32, t: f32) -> f32 {
  let log_p = select(max(log(p), -100.0), -100.0, p <= 0.0);
  let log_q = select(max(log(1.0 - p), -100.0), -100.0, p >= 1.0);
  return select(-(t * log_p + (1.0 - t) * log_q), p, (bitcast<u32>(p) & 0x7fffffffu) > 0x7f800000u);
}
