// 1 / √x.
fn reciprocal_square_root(x: f32) -> f32 { return inverseSqrt(x); }
