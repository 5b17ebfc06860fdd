// The derivative of hinge for x times d_out: −y where y·x < 1, else 0.
fn hinge_grad(x: f32, y: f32, d_out: f32) -> f32 { return select(0.0, -y * d_out, y * x < 1.0); }
