// 1 where x is 0, else 0.
fn logical_not(x: u32) -> u32 { return select(0u, 1u, x == 0u); }
