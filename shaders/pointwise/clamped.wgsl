// x, but at least low, and at most high; high where low > high.
alias T = f32;
fn clamped(x: T, low: T, high: T) -> T {
  let raised = select(x, low, x < low);
  return select(raised, high, raised > high);
}
