// The derivative of huber for x times d_out: x − t, held within ±delta. NaN for a NaN, by its bits: `clamp` may make a number
// of it.
// @include no_number.wgsl
fn huber_grad(x: f32, t: f32, d_out: f32, delta: f32) -> f32 {
  let r = x - t;
  return select(clamp(r, -delta, delta), r, is_no_number(r)) * d_out;
}
