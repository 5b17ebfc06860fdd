// Numbers, of which those below a negative `least` (−∞ too) count as it, and a NaN stays one. By bits: of a NaN and a number `max`
// may give the number, and compilers may take a comparison with a choice for a `max`. Bits of numbers from `least` down to −∞
// follow one another, so that one comparison of their distance tells them.
const MINUS_INFINITY = 0xff800000u; // its bits

fn lifted(x: f32, least: f32) -> f32 {
  let start = bitcast<u32>(least);
  return select(x, least, bitcast<u32>(x) - start <= MINUS_INFINITY - start);
}

fn lifted_four(x: vec4f, least: f32) -> vec4f {
  let start = bitcast<u32>(least);
  return select(x, vec4f(least), bitcast<vec4u>(x) - start <= vec4u(MINUS_INFINITY - start));
}
