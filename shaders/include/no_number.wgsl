// Whether x is NaN: by its bits, since compilers may take it for granted that x = x.
fn is_no_number(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
