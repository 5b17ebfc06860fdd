// x².
alias T = f32;
fn square(x: T) -> T { return x * x; }
