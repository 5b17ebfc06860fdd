// What dropout.wgsl multiplies element i by: 1 / (1 − p) where its random number is at least p, else 0.
// @include threefry.wgsl
fn dropout_factor(i: u32, seed: u32, step: u32, stream: u32, p: f32) -> f32 {
  let bits = threefry(vec2u(seed, stream), vec2u(i / 2u, step));
  let random = f32(select(bits.x, bits.y, i % 2u == 1u) >> 8u) / 16777216.0;
  return select(0.0, 1.0 / (1.0 - p), random >= p);
}
