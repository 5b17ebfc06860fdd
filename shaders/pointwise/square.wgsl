// x².
fn square(x: f32) -> f32 { return x * x; }
