// d_out where x > 0, else 0.
fn relu_grad(x: f32, d_out: f32) -> f32 { return select(0.0, d_out, x > 0.0); }
