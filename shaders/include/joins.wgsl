// What reductions over the same elements have in common: COUNT of them side by side, joined by sum (kind 0), maximum (1),
// minimum (2) or product (3), two bits of KINDS each. `params.low` and `params.high` hold the bits of the least and the
// largest number, with which maxima and minima begin.
const KINDS = 0u;
const COUNT = 1u;

fn kind_of(k: u32) -> u32 { return (KINDS >> (2u * k)) & 3u; }

fn start_of(kind: u32) -> T {
  if (kind == 1u) { return bitcast<T>(params.low); }
  if (kind == 2u) { return bitcast<T>(params.high); }
  if (kind == 3u) { return T(1); }
  return T(0);
}

fn joined_as(kind: u32, a: V, b: V) -> V {
  if (kind == 1u) { return max(a, b); }
  if (kind == 2u) { return min(a, b); }
  if (kind == 3u) { return a * b; }
  return a + b;
}

fn begun() -> array<V, COUNT> {
  var all: array<V, COUNT>;
  // @unroll
  for (var k = 0u; k < COUNT; k++) { all[k] = V(start_of(kind_of(k))); }
  return all;
}

fn joined(a: array<V, COUNT>, b: array<V, COUNT>) -> array<V, COUNT> {
  var all: array<V, COUNT>;
  // @unroll
  for (var k = 0u; k < COUNT; k++) { all[k] = joined_as(kind_of(k), a[k], b[k]); }
  return all;
}
