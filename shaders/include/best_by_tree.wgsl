// The best of what the LANES invocations of a workgroup, a power of two, have found: pairs (key, place), of which the largest key
// wins, and of equal ones the smallest place. Every invocation gets the result.
var<workgroup> bests: array<vec2u, LANES>;

fn better(a: vec2u, b: vec2u) -> vec2u { return select(a, b, b.x > a.x || (b.x == a.x && b.y < a.y)); }

fn best_by_tree(found: vec2u, lane: u32) -> vec2u {
  bests[lane] = found;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane < half) { bests[lane] = better(bests[lane], bests[lane + half]); }
    workgroupBarrier();
  }
  return bests[0];
}
