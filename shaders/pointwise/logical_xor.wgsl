// 1 where exactly one is not 0, else 0.
fn logical_xor(a: u32, b: u32) -> u32 { return select(0u, 1u, (a != 0u) != (b != 0u)); }
