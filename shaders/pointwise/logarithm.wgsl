// Natural logarithm; −∞ at 0.
fn logarithm(x: f32) -> f32 { return log(x); }
