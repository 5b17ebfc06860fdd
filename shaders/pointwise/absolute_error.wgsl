// |x − t|.
fn absolute_error(x: f32, t: f32) -> f32 { return abs(x - t); }
