// −(t·log p + (1 − t)·log(1 − p)), each logarithm at least −100. 0 is asked for: some devices have a finite logarithm of it. NaN, by
// its bits, where p is NaN or outside 0…1 by more than rounding: `max` may leave out the NaN that its logarithm is then.
fn binary_cross_entropy(p: f32, t: f32) -> f32 {
  let log_p = select(max(log(p), -100.0), -100.0, p <= 0.0);
  let log_q = select(max(log(1.0 - p), -100.0), -100.0, p >= 1.0);
  let outside = bitcast<u32>(abs(p - 0.5)) > bitcast<u32>(0.5001); // bits are in the order of their numbers, NaN behind all
  return select(-(t * log_p + (1.0 - t) * log_q), bitcast<f32>(bitcast<u32>(p) | 0x7fc00000u), outside);
}
