// −x.
alias T = f32;
fn neg(x: T) -> T { return -x; }
