// Mean and sum of squared deviations of parts of each channel: x is seen as [R0, K, R1], channel o holds the R0·R1 elements
// x[·, o, ·], and part p of it the elements p·chunk … (p + 1)·chunk − 1. partial[p·K + o] = (mean, Σ (x − mean)²).
// Runs of neighbours are summed about their first value: it is one of them, so that Σ (x − mean)² is at least of the order of
// its own squared deviation, and the difference below loses a factor of the run's length at most. Runs are joined by
// Chan, Golub and LeVeque's formula, their means as differences from the part's first value. One invocation per part;
// neighbours take neighbouring channels.
alias T = f32;
const R1 = 1u;
const RUN = 256u;

struct Params { len: u32, channels: u32, count: u32, chunk: u32 }

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read_write> partial: array<vec2f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let o = i % params.channels;
  let start = i / params.channels * params.chunk;
  let end = min(start + params.chunk, params.count);
  let origin = f32(x[(start / R1 * params.channels + o) * R1 + start % R1]);
  var joined = 0.0;
  var mean = 0.0;
  var squares = 0.0;
  var e = start;
  while (e < end) {
    let r1 = e % R1;
    let at = (e / R1 * params.channels + o) * R1 + r1;
    let length = min(min(R1 - r1, RUN), end - e);
    let shift = f32(x[at]);
    var sum = 0.0;
    var square_sum = 0.0;
    for (var j = 1u; j < length; j++) {
      let d = f32(x[at + j]) - shift;
      sum += d;
      square_sum += d * d;
    }
    let count = f32(length);
    let run_mean = sum / count;
    let delta = shift - origin + run_mean - mean;
    let total = joined + count;
    mean += delta * (count / total);
    squares += max(square_sum - sum * run_mean, 0.0) + delta * delta * (joined * count / total);
    joined = total;
    e += length;
  }
  partial[i] = vec2f(origin + mean, squares);
}
