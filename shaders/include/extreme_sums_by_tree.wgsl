// For kernels that join extremes and sums beside them (extreme_sums_by_four.wgsl) by a workgroup of LANES invocations, a power of
// two.
// @include extreme_of_sums.wgsl
var<workgroup> shares: array<vec2f, LANES>;

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
