// Numbers, of which those below a negative `least` (−∞ too) count as it, and a NaN stays one. By bits: of a NaN and a number `max`
// gives the number, as the text "the larger of two" may, which compilers take for a `max`.
fn lifted(x: f32, least: f32) -> f32 {
  let bits = bitcast<u32>(x);
  return select(x, least, bits >= bitcast<u32>(least) && bits <= 0xff800000u);
}

fn lifted_four(x: vec4f, least: f32) -> vec4f {
  let bits = bitcast<vec4u>(x);
  return select(x, vec4f(least), (bits >= vec4u(bitcast<u32>(least))) & (bits <= vec4u(0xff800000u)));
}
