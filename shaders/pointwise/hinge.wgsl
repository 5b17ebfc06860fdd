// max(0, 1 − y·x), NaN for NaN: by its bits, since `max` of a NaN and 0 may be 0.
fn hinge(x: f32, y: f32) -> f32 {
  let margin = 1.0 - y * x;
  let bits = bitcast<u32>(margin);
  return select(margin, 0.0, bits >= 0x80000000u && bits <= 0xff800000u);
}
