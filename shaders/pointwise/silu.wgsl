// x / (1 + e⁻ˣ). The clamp keeps e⁻ˣ finite; beyond it the result is 0 or x in f32.
fn silu(x: f32) -> f32 { return x / (1.0 + exp(-clamp(x, -80.0, 80.0))); }
