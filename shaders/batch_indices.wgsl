// The rows that make up batch number state[1] of a data set of `count` rows: indices[i] for i < batch.
// Epoch and batch within it follow from the batch number; with `shuffle`, each epoch is read in the order of a permutation
// keyed by (state[0], epoch), evaluated for the one element wanted: an eight-round Feistel network over the next power of
// two, walked until it lands inside (src/core/permutation.ts). Beyond the last row: NONE.
const NONE = 4294967295u;

struct Params { count: u32, batch: u32, batches: u32, shuffle: u32 }

@group(0) @binding(0) var<storage, read> state: array<u32>;
@group(0) @binding(1) var<storage, read_write> indices: array<u32>;
@group(0) @binding(2) var<uniform> params: Params;

fn mix(x: u32) -> u32 {
  var h = x;
  h = (h ^ (h >> 16u)) * 0x85ebca6bu;
  h = (h ^ (h >> 13u)) * 0xc2b2ae35u;
  return h ^ (h >> 16u);
}

fn permuted(i: u32, key: u32) -> u32 {
  let bits = max(2u, 32u - countLeadingZeros(params.count - 1u));
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
    if (x < params.count) { break; }
  }
  return x;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  if (gid.x >= params.batch) { return; }
  let epoch = state[1] / params.batches;
  let row = state[1] % params.batches * params.batch + gid.x;
  if (row >= params.count) {
    indices[gid.x] = NONE;
  } else if (params.shuffle == 0u) {
    indices[gid.x] = row;
  } else {
    indices[gid.x] = permuted(row, mix(mix(epoch) ^ state[0]));
  }
}
