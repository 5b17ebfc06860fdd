// sum_of_lanes.wgsl of two sums, once in a kernel.
var<workgroup> shares: array<vec2f, LANES>;

fn sums_of_lanes(share: vec2f, lane: u32) -> vec2f {
  shares[lane] = share;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane < half) { shares[lane] += shares[lane + half]; }
    workgroupBarrier();
  }
  return shares[0];
}
