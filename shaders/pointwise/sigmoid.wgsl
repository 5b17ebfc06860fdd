// 1 / (1 + e⁻ˣ). Beyond ±80 the result is 0 or 1 in f32; the clamp keeps e⁻ˣ finite. NaN for NaN, by its bits: a clamp may make a
// number of it.
// @include no_number.wgsl
fn sigmoid(x: f32) -> f32 {
  return select(1.0 / (1.0 + exp(-clamp(x, -80.0, 80.0))), x, is_no_number(x));
}
