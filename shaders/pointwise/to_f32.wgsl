// The nearest f32 to x.
alias T = f32;
fn to_f32(x: T) -> f32 { return f32(x); }
