// 1 where x is NaN, else 0. By its bits: compilers may take it for granted that x = x.
fn is_nan(x: f32) -> u32 { return select(0u, 1u, (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u); }
