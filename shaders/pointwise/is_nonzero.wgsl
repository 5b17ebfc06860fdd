// 1 where x is not 0, else 0.
fn is_nonzero(x: u32) -> u32 { return select(0u, 1u, x != 0u); }
