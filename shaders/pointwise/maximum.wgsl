// The greater of both.
alias T = f32;
fn maximum(a: T, b: T) -> T { return max(a, b); }
