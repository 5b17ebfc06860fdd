// 1 / x, and 0 where x = 0.
fn reciprocal_or_zero(x: f32) -> f32 { return select(0.0, 1.0 / x, x != 0.0); }
