// The rows that make up batch number state[1] of a data set of `count` rows: indices[i] for i < batch.
// Epoch and batch within it follow from the batch number; with `shuffle`, each epoch is read in the order of a permutation
// keyed by (state[0], epoch), evaluated for the one element wanted. Beyond the last row: NONE.
// @include permutation.wgsl
const NONE = 4294967295u;

struct Params { count: u32, batch: u32, batches: u32, shuffle: u32 }

@group(0) @binding(0) var<storage, read> state: array<u32>;
@group(0) @binding(1) var<storage, read_write> indices: array<u32>;
@group(0) @binding(2) var<uniform> params: Params;

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
    indices[gid.x] = permuted(row, params.count, mix(mix(epoch) ^ state[0]));
  }
}
