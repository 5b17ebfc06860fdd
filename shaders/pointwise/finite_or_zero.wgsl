// x, or 0 where it is infinite or no number.
fn finite_or_zero(x: f32) -> f32 { return select(0.0, x, (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u); }
