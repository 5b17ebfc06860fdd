// max(0, 1 − y·x).
fn hinge(x: f32, y: f32) -> f32 { return max(0.0, 1.0 - y * x); }
