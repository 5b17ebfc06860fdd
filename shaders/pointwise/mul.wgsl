// a · b.
alias T = f32;
fn mul(a: T, b: T) -> T { return a * b; }
