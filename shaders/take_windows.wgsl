// Windows of a stream of tokens with their labels, one token on, for batch number position[1] (batch number mod batches of
// its epoch): ids[n, t] = tokens[s + t], labels[n, t] = tokens[s + t + 1], where window n starts at s. One invocation per
// element of ids; the two outputs lie [batch, length], or [length, batch] with `time_first`. restart[0] is 1 in the first
// batch of an epoch, else 0.
//   windows = 0, in order: s = n · row_step + number · batch_step; a row is row_length labels long.
//   windows > 0, shuffled: the windows at phase + w · stride, w < windows, in the order of a permutation keyed by
//   (position[0], epoch), see permutation.wgsl; the phase, below `phases`, is another each epoch.
// What lies beyond a row or the stream has id 0 and label −1.
// @include permutation.wgsl
struct Params {
  len: u32, batch: u32, length: u32, batches: u32, time_first: u32, count: u32,
  row_step: u32, batch_step: u32, row_length: u32,
  windows: u32, stride: u32, phases: u32,
}

@group(0) @binding(0) var<storage, read> tokens: array<i32>;
@group(0) @binding(1) var<storage, read> position: array<u32>;
@group(0) @binding(2) var<storage, read_write> ids: array<i32>;
@group(0) @binding(3) var<storage, read_write> labels: array<i32>;
@group(0) @binding(4) var<storage, read_write> restart: array<u32>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let by_time = params.time_first != 0u;
  let n = select(i / params.length, i % params.batch, by_time);
  let t = select(i % params.length, i / params.batch, by_time);
  let number = position[1] % params.batches;
  if (i == 0u) { restart[0] = u32(number == 0u); }
  var in_row = number * params.batch_step + t;
  var at = n * params.row_step + in_row;
  if (params.windows > 0u) {
    let key = mix(mix(position[1] / params.batches) ^ position[0]);
    at = mix(key) % params.phases + permuted(number * params.batch + n, params.windows, key) * params.stride + t;
    in_row = t;
  }
  ids[i] = 0;
  labels[i] = -1;
  if (in_row < params.row_length && at + 1u < params.count) {
    ids[i] = tokens[at];
    labels[i] = tokens[at + 1u];
  }
}
