// tanh(x). Beyond ±15 it is ±1 in f32; the clamp is for drivers that give NaN there.
fn hyperbolic_tangent(x: f32) -> f32 { return tanh(clamp(x, -15.0, 15.0)); }
