// a − b·⌊a/b⌋: the remainder with the sign of b.
alias T = f32;
fn remainder(a: T, b: T) -> T {
  let r = a % b;
  return select(r, r + b, r != T(0) && (r < T(0)) != (b < T(0)));
}
