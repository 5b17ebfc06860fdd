// sin(x).
// @include quarter_turns.wgsl
fn sine(x: f32) -> f32 { return sine_ahead(x, 0); }
