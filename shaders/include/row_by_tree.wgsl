// Values of all LANES invocations joined, for kernels that give a row to a workgroup: each invocation gets the result. In
// two steps of a few values each: every step costs a barrier. A kernel may ask for a sum and a maximum once each.
const JOINED = 16u; // invocations that make the first step
const FIRST = LANES / JOINED;

var<workgroup> sum_shares: array<vec2f, LANES>;
var<workgroup> sums_of_shares: array<vec2f, JOINED>;
var<workgroup> shares: array<f32, LANES>;
var<workgroup> largest_shares: array<f32, JOINED>;

fn sum_by_tree(share: vec2f, lane: u32) -> vec2f {
  sum_shares[lane] = share;
  workgroupBarrier();
  if (lane < JOINED) {
    var part = vec2f();
    for (var i = 0u; i < FIRST; i++) { part += sum_shares[lane + i * JOINED]; }
    sums_of_shares[lane] = part;
  }
  workgroupBarrier();
  var total = vec2f();
  for (var i = 0u; i < JOINED; i++) { total += sums_of_shares[i]; }
  return total;
}

fn largest_by_tree(share: f32, lane: u32) -> f32 {
  shares[lane] = share;
  workgroupBarrier();
  if (lane < JOINED) {
    var part = shares[lane];
    for (var i = 1u; i < FIRST; i++) { part = max(part, shares[lane + i * JOINED]); }
    largest_shares[lane] = part;
  }
  workgroupBarrier();
  var result = largest_shares[0];
  for (var i = 1u; i < JOINED; i++) { result = max(result, largest_shares[i]); }
  return result;
}
