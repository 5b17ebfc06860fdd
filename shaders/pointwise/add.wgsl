// a + b.
alias T = f32;
fn add(a: T, b: T) -> T { return a + b; }
