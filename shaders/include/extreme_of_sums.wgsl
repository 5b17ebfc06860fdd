// What the parts of extreme_sums_by_four.wgsl weigh beside an extreme, and how the result of a row is stored. The kernel declares
// KIND, extreme, total, and params.none: the bits of −∞.
fn weight(x: f32, most: f32) -> f32 {
  if (KIND == 0u) { return exp(x - most); }
  return select(0.0, 1.0, x == most);
}

// KIND 0: where nothing but −∞ was summed, the extreme is −∞ and the total 0; where the extreme is ∞, so is the total.
fn store_extreme(row: u32, found: vec2f) {
  if (KIND == 0u) {
    extreme[row] = select(found.x, bitcast<f32>(params.none), found.y == 0.0);
    total[row] = select(found.y, found.x, bitcast<u32>(found.x) == 0x7f800000u);
  } else {
    extreme[row] = select(found.x, -found.x, KIND == 2u);
    total[row] = found.y;
  }
}
