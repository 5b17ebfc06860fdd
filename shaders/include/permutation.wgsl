// A permutation of 0 … count − 1 that needs no memory: where the i-th element goes follows from (count, key, i) alone. An
// eight-round Feistel network over the next power of two, walked until it lands inside; the same is in src/core/permutation.ts.
// count ≥ 1 and i < count, else the walk does not end.

// Finaliser of MurmurHash3: every input bit moves every output bit.
fn mix(x: u32) -> u32 {
  var h = x;
  h = (h ^ (h >> 16u)) * 0x85ebca6bu;
  h = (h ^ (h >> 13u)) * 0xc2b2ae35u;
  return h ^ (h >> 16u);
}

fn permuted(i: u32, count: u32, key: u32) -> u32 {
  let bits = max(2u, 32u - countLeadingZeros(count - 1u));
  let low_bits = bits >> 1u;
  let low_mask = (1u << low_bits) - 1u;
  let high_mask = (1u << (bits - low_bits)) - 1u;
  var x = i;
  loop {
    var low = x & low_mask;
    var high = x >> low_bits;
    for (var round = 0u; round < 8u; round += 2u) {
      low ^= mix(high + round * 0x9e3779b9u + key) & low_mask;
      high ^= mix(low + (round + 1u) * 0x9e3779b9u + key) & high_mask;
    }
    x = (high << low_bits) | low;
    if (x < count) { break; }
  }
  return x;
}
