// lanes_by_tree.wgsl by shuffles: within a subgroup without a barrier, and what several subgroups have through workgroup memory.
// Shuffles join every kind, integers too, in an order that depends on the size of subgroups alone, and treat a NaN as kernels
// without subgroups do; subgroupAdd and subgroupMax promise neither. Subgroups are taken to hold neighbours of the workgroup in
// order, which WGSL does not promise: on a device where they do not, tuning finds wrong numbers and leaves the kernel out.
const SUBGROUP = 32u; // the device's subgroup size, a divisor of SIZE

var<workgroup> shares: array<array<T, COUNT>, SIZE / SUBGROUP>;

fn of_lanes(share: array<T, COUNT>, own: u32) -> array<T, COUNT> {
  var all = share;
  for (var half = min(LANES, SUBGROUP) / 2u; half > 0u; half /= 2u) {
    // @unroll
    for (var k = 0u; k < COUNT; k++) { all[k] = one_of(k, all[k], subgroupShuffleXor(all[k], half)); }
  }
  if (LANES <= SUBGROUP) { return all; }
  if (own % SUBGROUP == 0u) { shares[own / SUBGROUP] = all; }
  workgroupBarrier();
  if (own % LANES > 0u) { return all; }
  for (var s = 1u; s < LANES / SUBGROUP; s++) {
    // @unroll
    for (var k = 0u; k < COUNT; k++) { all[k] = one_of(k, all[k], shares[own / SUBGROUP + s][k]); }
  }
  return all;
}

fn one_of(k: u32, a: T, b: T) -> T { return first_of(joined_as(kind_of(k), V(a), V(b))); }
