// x as i32: a float truncated towards zero and held to the range, an integer by its bits.
alias T = f32;
fn to_i32(x: T) -> i32 { return i32(x); }
