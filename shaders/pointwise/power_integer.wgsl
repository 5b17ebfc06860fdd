// xⁿ for a whole n, by repeated squaring: ⌈log₂|n|⌉ rounds. Integers wrap; they have no reciprocal, so n ≥ 0 there.
alias T = f32;
fn power_integer(x: T, n: i32) -> T {
  var result = T(1);
  var square = x;
  for (var left = u32(abs(n)); left > 0u; left >>= 1u) {
    if ((left & 1u) == 1u) { result *= square; }
    square *= square;
  }
  if (n < 0) { return T(1) / result; }
  return result;
}
