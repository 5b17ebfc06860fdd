// The same value everywhere.
alias T = f32;
fn fill(value: T) -> T { return value; }
