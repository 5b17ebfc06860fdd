// moments.wgsl for channels that lie across (R1 = 1), four neighbouring ones a vec4: x is [count, channels], channels in fours.
// Runs of rows are summed about their first one. One invocation a part of four channels; neighbours take neighbouring channels.
alias T = f32;
const RUN = 64u;

struct Params { len: u32, channels: u32, count: u32, chunk: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read_write> partial: array<vec4f>; // two channels each
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let start = i / params.channels * params.chunk;
  let end = min(start + params.chunk, params.count);
  let origin = vec4f(x[min(start, params.count - 1u) * params.channels + i % params.channels]);
  var joined = 0.0;
  var mean = vec4f();
  var squares = vec4f();
  for (var run = start; run < end; run += RUN) {
    let run_end = min(run + RUN, end);
    var at = run * params.channels + i % params.channels;
    let shift = vec4f(x[at]);
    var sum = vec4f();
    var square_sum = vec4f();
    for (var e = run + 1u; e < run_end; e++) {
      at += params.channels;
      let d = vec4f(x[at]) - shift;
      sum += d;
      square_sum += d * d;
    }
    let count = f32(run_end - run);
    let run_mean = sum / count;
    let delta = shift - origin + run_mean - mean;
    let total = joined + count;
    mean += delta * (count / total);
    squares += max(square_sum - sum * run_mean, vec4f()) + delta * delta * (joined * count / total);
    joined = total;
  }
  mean += origin;
  partial[2u * i] = vec4f(mean.x, squares.x, mean.y, squares.y);
  partial[2u * i + 1u] = vec4f(mean.z, squares.z, mean.w, squares.w);
}
