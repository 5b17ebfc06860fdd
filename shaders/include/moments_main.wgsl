// The entry point of moments.wgsl and moments_by_four.wgsl. The kernel declares RUN, the longest run in its elements; WIDTH, the
// numbers of an element; `first_of(at)`; and `sums_of(at, length, shift)`, Σ (x − shift) and Σ (x − shift)² of a run.
const R1 = 1u;

struct Params { len: u32, channels: u32, count: u32, chunk: u32 }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let o = i % params.channels;
  let start = i / params.channels * params.chunk;
  let end = min(start + params.chunk, params.count);
  let origin = first_of((start / R1 * params.channels + o) * R1 + start % R1);
  var joined = 0.0;
  var mean = 0.0;
  var squares = 0.0;
  var e = start;
  while (e < end) {
    let r1 = e % R1;
    let at = (e / R1 * params.channels + o) * R1 + r1;
    let length = min(min(R1 - r1, RUN), end - e);
    let shift = first_of(at);
    let sums = sums_of(at, length, shift);
    let count = f32(WIDTH * length);
    let run_mean = sums.x / count;
    let delta = shift - origin + run_mean - mean;
    let total = joined + count;
    mean += delta * (count / total);
    squares += max(sums.y - sums.x * run_mean, 0.0) + delta * delta * (joined * count / total);
    joined = total;
    e += length;
  }
  partial[i] = vec2f(origin + mean, squares);
}
