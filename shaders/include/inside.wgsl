// How many of the `kernel` places from `start` on lie in 0 … size − 1.
fn inside(start: i32, kernel: u32, size: u32) -> u32 {
  return u32(min(start + i32(kernel), i32(size)) - max(start, 0));
}
