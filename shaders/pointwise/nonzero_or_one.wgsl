// x, or 1 where x is 0.
fn nonzero_or_one(x: f32) -> f32 { return select(x, 1.0, x == 0.0); }
