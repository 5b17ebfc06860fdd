// The lesser of both.
alias T = f32;
fn minimum(a: T, b: T) -> T { return min(a, b); }
