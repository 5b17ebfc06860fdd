// x, or 1 where it is the first zero of its row: `zeros` counts those up to it.
fn first_zero_as_one(x: f32, zeros: f32) -> f32 { return select(x, 1.0, x == 0.0 && zeros == 1.0); }
