// Bits that are ordered as the numbers are, a NaN after all numbers, −0 as 0; reversed where the kernel says DESCENDING = 1. Of
// its element type T the kernel says in ELEMENTS whether it is f32 (0), i32 (1) or u32 (2); NONE is 0xffffffff.
fn key_of(x: T) -> u32 {
  var bits = bitcast<u32>(x);
  if (ELEMENTS == 0u) {
    if (bits == 0x80000000u) { bits = 0u; } // −0 is 0
    let is_nan = (bits & 0x7fffffffu) > 0x7f800000u;
    bits = select(bits ^ select(0x80000000u, NONE, bits >> 31u == 1u), NONE, is_nan);
  }
  if (ELEMENTS == 1u) { bits ^= 0x80000000u; }
  return select(bits, ~bits, DESCENDING == 1u);
}
