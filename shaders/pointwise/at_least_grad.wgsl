// d_out where x is at least `least`, else 0.
fn at_least_grad(x: f32, d_out: f32, least: f32) -> f32 { return select(0.0, d_out, x >= least); }
