// a where the condition is not 0, else b.
alias T = f32;
fn choose(condition: u32, a: T, b: T) -> T { return select(b, a, condition != 0u); }
