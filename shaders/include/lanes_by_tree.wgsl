// What the LANES neighbours of a workgroup have joined as a tree in workgroup memory. The first of them gets it.
var<workgroup> shares: array<array<T, COUNT>, SIZE>;

fn of_lanes(share: array<T, COUNT>, own: u32) -> array<T, COUNT> {
  shares[own] = share;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (own % LANES < half) {
      // @unroll
      for (var k = 0u; k < COUNT; k++) {
        shares[own][k] = first_of(joined_as(kind_of(k), V(shares[own][k]), V(shares[own + half][k])));
      }
    }
    workgroupBarrier();
  }
  return shares[own];
}
