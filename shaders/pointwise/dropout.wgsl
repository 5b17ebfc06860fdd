// x / (1 − p) where the random number of element i is at least p, else 0. The number is word i mod 2 of Threefry-2x32-20 with key
// (seed, stream) and counter (i / 2, step): it follows from these alone, so the gradient applies the same mask by the same
// function, and nothing is kept. state = (seed, step).
// @include threefry.wgsl
fn dropout(x: f32, state: vec2u, stream: u32, p: f32, i: u32) -> f32 {
  let words = threefry(vec2u(state.x, stream), vec2u(i / 2u, state.y));
  let random = f32(select(words.x, words.y, i % 2u == 1u) >> 8u) / 16777216.0;
  return select(0.0, x * (1.0 / (1.0 - p)), random >= p);
}

// The same of elements i … i + 3, where i is a multiple of 4: a call of threefry serves two of them.
fn dropout_by_four(x: vec4f, state: vec2u, stream: u32, p: f32, i: u32) -> vec4f {
  let random = to_unit(four_words(vec2u(state.x, stream), i / 4u, state.y));
  return select(vec4f(), x * (1.0 / (1.0 - p)), random >= vec4f(p));
}
