// The derivative of huber for x times d_out: x − t, held within ±delta. NaN for a NaN, by its bits: `clamp` may make a number
// of it.
fn huber_grad(x: f32, t: f32, d_out: f32, delta: f32) -> f32 {
  let r = x - t;
  return select(clamp(r, -delta, delta), r, (bitcast<u32>(r) & 0x7fffffffu) > 0x7f800000u) * d_out;
}
