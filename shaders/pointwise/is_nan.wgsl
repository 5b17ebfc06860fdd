// 1 where x is NaN, else 0.
// @include no_number.wgsl
fn is_nan(x: f32) -> u32 { return select(0u, 1u, is_no_number(x)); }
