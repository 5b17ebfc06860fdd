// d_out where x > 0, else slope · d_out.
fn leaky_relu_grad(x: f32, d_out: f32, slope: f32) -> f32 { return select(slope * d_out, d_out, x > 0.0); }
