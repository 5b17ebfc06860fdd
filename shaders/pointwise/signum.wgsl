// 1, 0 or −1 by the sign of x.
alias T = f32;
fn signum(x: T) -> T {
  return select(T(0), T(1), x > T(0)) - select(T(0), T(1), x < T(0));
}
