// The nearest whole number; of two that are as near, the even one.
fn round_nearest(x: f32) -> f32 { return round(x); }
