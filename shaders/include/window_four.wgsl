// Four columns of a row of x from column 4·at on; zeros beyond the plane.
fn four(plane: u32, y: i32, at: i32) -> vec4f {
  let inside = y >= 0 && y < i32(HEIGHT) && at >= 0 && at < i32(WIDTH / 4u);
  let index = (plane * HEIGHT + u32(y)) * (WIDTH / 4u) + u32(at);
  return select(vec4f(), x[select(0u, index, inside)], inside);
}
