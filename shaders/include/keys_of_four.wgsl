// Bits that are ordered as the numbers are, of four elements: −0 is 0, and a NaN is larger than all. With SMALLEST = 1 they are
// reversed, but for the NaN. The kernel declares T, and ELEMENTS: f32 0, i32 1, u32 2.
fn keys_of(x: vec4<T>) -> vec4u {
  var bits = bitcast<vec4u>(x);
  if (ELEMENTS == 0u) {
    let nan = (bits & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
    bits = select(bits, vec4u(), bits == vec4u(0x80000000u)); // −0 is 0
    bits ^= select(vec4u(0x80000000u), vec4u(0xffffffffu), bits >> vec4u(31u) == vec4u(1u));
    if (SMALLEST == 1u) { bits = ~bits; }
    return select(bits, vec4u(0xffffffffu), nan);
  }
  if (ELEMENTS == 1u) { bits ^= vec4u(0x80000000u); }
  return select(bits, ~bits, SMALLEST == 1u);
}
