// The greatest whole number that is at most x.
fn round_down(x: f32) -> f32 { return floor(x); }
