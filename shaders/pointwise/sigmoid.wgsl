// 1 / (1 + e⁻ˣ). Beyond ±80 the result is 0 or 1 in f32; the clamp keeps e⁻ˣ finite.
fn sigmoid(x: f32) -> f32 { return 1.0 / (1.0 + exp(-clamp(x, -80.0, 80.0))); }
