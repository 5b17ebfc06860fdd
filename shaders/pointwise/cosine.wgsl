// cos(x).
// @include quarter_turns.wgsl
fn cosine(x: f32) -> f32 { return sine_ahead(x, 1); }
