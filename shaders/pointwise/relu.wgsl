// max(x, 0), NaN for NaN: by its bits, since `max` of a NaN and 0 may be 0.
fn relu(x: f32) -> f32 { return select(max(x, 0.0), x, (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u); }
