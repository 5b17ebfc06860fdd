// d_out where the output (and so x) is above 0, else 0.
fn relu_grad(out: f32, d_out: f32) -> f32 { return select(0.0, d_out, out > 0.0); }
