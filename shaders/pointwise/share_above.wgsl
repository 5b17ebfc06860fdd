// 1 where a > b, ½ where a = b, else 0: the share of a in the gradient of max(a, b), and of b in that of min(a, b).
fn share_above(a: f32, b: f32) -> f32 { return select(select(0.0, 0.5, a == b), 1.0, a > b); }
