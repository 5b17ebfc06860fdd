// The derivative of binary_cross_entropy for p times d_out: (p − t) / (p·(1 − p)), with at least 1e-12 below.
fn binary_cross_entropy_grad(p: f32, t: f32, d_out: f32) -> f32 { return (p - t) / max(p * (1.0 - p), 1e-12) * d_out; }
