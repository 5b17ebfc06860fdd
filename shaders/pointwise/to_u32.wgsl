// x as u32: a float truncated towards zero and held to the range, an integer by its bits.
alias T = f32;
fn to_u32(x: T) -> u32 { return u32(x); }
