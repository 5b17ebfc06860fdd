// Values of the LANES invocations that share a row joined, for kernels that give each of SIZE / LANES rows to a part of a
// workgroup: each invocation gets its row's result. LANES is a power of two up to 16, a divisor of SIZE, or SIZE itself. Many
// lanes are joined in two steps of a few values each, since every step costs a barrier. A kernel may ask for a sum and a
// maximum once each, and for more of them where LANES is above 16.
const JOINED = 16u; // invocations that make the first of two steps
const FIRST = LANES / JOINED;

var<workgroup> sum_shares: array<vec2f, SIZE>;
var<workgroup> sums_of_shares: array<vec2f, JOINED>;
var<workgroup> shares: array<f32, SIZE>;
var<workgroup> largest_shares: array<f32, JOINED>;

// at: the invocation's number within the workgroup.
fn sum_by_tree(share: vec2f, at: u32) -> vec2f {
  if (LANES == 1u) { return share; }
  sum_shares[at] = share;
  workgroupBarrier();
  var total = vec2f();
  if (LANES <= JOINED) {
    let start = at / LANES * LANES;
    for (var i = 0u; i < LANES; i++) { total += sum_shares[start + i]; }
    return total;
  }
  if (at < JOINED) {
    var part = vec2f();
    for (var i = 0u; i < FIRST; i++) { part += sum_shares[at + i * JOINED]; }
    sums_of_shares[at] = part;
  }
  workgroupBarrier();
  for (var i = 0u; i < JOINED; i++) { total += sums_of_shares[i]; }
  return total;
}

fn largest_by_tree(share: f32, at: u32) -> f32 {
  if (LANES == 1u) { return share; }
  shares[at] = share;
  workgroupBarrier();
  if (LANES <= JOINED) {
    let start = at / LANES * LANES;
    var result = share;
    for (var i = 0u; i < LANES; i++) { result = max(result, shares[start + i]); }
    return result;
  }
  if (at < JOINED) {
    var part = shares[at];
    for (var i = 1u; i < FIRST; i++) { part = max(part, shares[at + i * JOINED]); }
    largest_shares[at] = part;
  }
  workgroupBarrier();
  var result = largest_shares[0];
  for (var i = 1u; i < JOINED; i++) { result = max(result, largest_shares[i]); }
  return result;
}
