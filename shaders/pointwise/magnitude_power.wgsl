// |x|ᵖ; 0 at 0, also where p ≤ 0.
fn magnitude_power(x: f32, p: f32) -> f32 { return select(pow(abs(x), p), 0.0, x == 0.0); }
