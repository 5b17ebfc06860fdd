// With r = x − t: r²/2 where |r| ≤ delta, else delta·(|r| − delta/2).
fn huber(x: f32, t: f32, delta: f32) -> f32 {
  let r = abs(x - t);
  return select(delta * (r - 0.5 * delta), 0.5 * r * r, r <= delta);
}
