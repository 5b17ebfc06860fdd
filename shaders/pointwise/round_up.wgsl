// The least whole number that is at least x.
fn round_up(x: f32) -> f32 { return ceil(x); }
