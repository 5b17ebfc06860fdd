// The larger of x and a number.
fn at_least(x: f32, least: f32) -> f32 { return max(x, least); }
