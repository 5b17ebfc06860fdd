// x where x > 0, else slope · x.
fn leaky_relu(x: f32, slope: f32) -> f32 { return select(slope * x, x, x > 0.0); }
