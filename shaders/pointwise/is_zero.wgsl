// 1 where x is 0, else 0.
fn is_zero(x: f32) -> f32 { return select(0.0, 1.0, x == 0.0); }
