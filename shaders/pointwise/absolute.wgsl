// |x|.
fn absolute(x: f32) -> f32 { return abs(x); }
