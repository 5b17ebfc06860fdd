// 1 where x is neither NaN nor infinite, else 0. By its bits: compilers may take it for granted that it is.
fn is_finite(x: f32) -> u32 { return select(0u, 1u, (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u); }
