// The derivative of huber for x times d_out: x − t, held within ±delta.
fn huber_grad(x: f32, t: f32, d_out: f32, delta: f32) -> f32 { return clamp(x - t, -delta, delta) * d_out; }
