// |x|.
alias T = f32;
fn absolute(x: T) -> T { return abs(x); }
