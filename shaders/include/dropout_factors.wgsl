// What dropout multiplies elements i … i + 3 by: 1 / (1 − p) where an element's random number is at least p, else 0. Element j has
// word j mod 2 of counter j / 2: a call of threefry serves two of them.
// @include threefry.wgsl
fn dropout_factors(i: u32, seed: u32, step: u32, stream: u32, p: f32) -> vec4f {
  let key = vec2u(seed, stream);
  let a = threefry(key, vec2u(i / 2u, step));
  let b = threefry(key, vec2u(i / 2u + 1u, step));
  var bits = vec4u(a, b);
  if (i % 2u == 1u) { bits = vec4u(a.y, b, threefry(key, vec2u(i / 2u + 2u, step)).x); }
  return select(vec4f(), vec4f(1.0 / (1.0 - p)), to_unit(bits) >= vec4f(p));
}
