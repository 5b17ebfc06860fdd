// For kernels that join extremes and sums beside them (extreme_sums_by_four.wgsl) by a workgroup of LANES invocations, a power of
// two. The kernel declares KIND, extreme, total, and params.none: the bits of −∞.
var<workgroup> shares: array<vec2f, LANES>;

fn weight(x: f32, most: f32) -> f32 {
  if (KIND == 0u) { return exp(x - most); }
  return select(0.0, 1.0, x == most);
}

// Extreme and sum of two sets from those of each.
fn joined(a: vec2f, b: vec2f) -> vec2f {
  let most = max(a.x, b.x);
  return vec2f(most, a.y * weight(a.x, most) + b.y * weight(b.x, most));
}

fn joined_by_tree(share: vec2f, lane: u32) -> vec2f {
  shares[lane] = share;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane < half) { shares[lane] = joined(shares[lane], shares[lane + half]); }
    workgroupBarrier();
  }
  return shares[0];
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
