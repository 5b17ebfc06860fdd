// Whether a sequence of this length has a step of this number: 1 or 0.
fn step_is_valid(length: i32, step: f32) -> f32 { return select(0.0, 1.0, f32(length) > step); }
