// eᵗ·(t − x).
fn kl_divergence_log(x: f32, t: f32) -> f32 { return exp(t) * (t - x); }
