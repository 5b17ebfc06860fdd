// a / b; integers are truncated towards zero.
alias T = f32;
fn div(a: T, b: T) -> T { return a / b; }
