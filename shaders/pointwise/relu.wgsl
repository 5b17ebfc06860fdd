// max(x, 0), NaN for NaN: by its bits, since `max` of a NaN and 0 may be 0.
// @include no_number.wgsl
fn relu(x: f32) -> f32 { return select(max(x, 0.0), x, is_no_number(x)); }
