// t·(log t − x), and 0 where t = 0.
fn kl_divergence(x: f32, t: f32) -> f32 { return select(t * (log(t) - x), 0.0, t == 0.0); }
