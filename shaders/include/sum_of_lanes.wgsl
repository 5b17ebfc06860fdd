// The sum of what the LANES invocations of a workgroup have, a power of two, joined by halves; each invocation gets it.
var<workgroup> shares: array<f32, LANES>;

fn sum_of_lanes(share: f32, lane: u32) -> f32 {
  shares[lane] = share;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane < half) { shares[lane] += shares[lane + half]; }
    workgroupBarrier();
  }
  let total = shares[0];
  workgroupBarrier();
  return total;
}
