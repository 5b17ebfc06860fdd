// a − b.
alias T = f32;
fn sub(a: T, b: T) -> T { return a - b; }
