// 1 where a ≤ b, else 0.
alias T = f32;
fn less_equal(a: T, b: T) -> u32 { return select(0u, 1u, a <= b); }
