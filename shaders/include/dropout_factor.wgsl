// What dropout.wgsl multiplies element i by: 1 / (1 − p) where its random number is at least p, else 0.
// @include threefry.wgsl
fn dropout_factor(i: u32, seed: u32, step: u32, stream: u32, p: f32) -> f32 {
  let bits = threefry(vec2u(seed, stream), vec2u(i / 2u, step));
  let random = f32(select(bits.x, bits.y, i % 2u == 1u) >> 8u) / 16777216.0;
  return select(0.0, 1.0 / (1.0 - p), random >= p);
}

// The same for elements i … i + 3: each call of threefry serves two of them.
fn dropout_factors(i: u32, seed: u32, step: u32, stream: u32, p: f32) -> vec4f {
  let key = vec2u(seed, stream);
  let a = threefry(key, vec2u(i / 2u, step));
  let b = threefry(key, vec2u(i / 2u + 1u, step));
  var bits = vec4u(a, b);
  if (i % 2u == 1u) { bits = vec4u(a.y, b, threefry(key, vec2u(i / 2u + 2u, step)).x); }
  return select(vec4f(), vec4f(1.0 / (1.0 - p)), vec4f(bits >> vec4u(8u)) / 16777216.0 >= vec4f(p));
}
