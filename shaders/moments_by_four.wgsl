// moments.wgsl for four neighbouring elements at a time, where R1 is a multiple of 4: R1, count and chunk are in fours.
alias T = f32;
const R1 = 1u;
const RUN = 64u;

struct Params { len: u32, channels: u32, count: u32, chunk: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read_write> partial: array<vec2f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let o = i % params.channels;
  let start = i / params.channels * params.chunk;
  let end = min(start + params.chunk, params.count);
  let origin = vec4f(x[(start / R1 * params.channels + o) * R1 + start % R1]).x;
  var joined = 0.0;
  var mean = 0.0;
  var squares = 0.0;
  var e = start;
  while (e < end) {
    let r1 = e % R1;
    let at = (e / R1 * params.channels + o) * R1 + r1;
    let length = min(min(R1 - r1, RUN), end - e);
    let shift = vec4f(x[at]).x;
    var sums = vec4f();
    var square_sums = vec4f();
    for (var j = at; j < at + length; j++) {
      let d = vec4f(x[j]) - shift;
      sums += d;
      square_sums += d * d;
    }
    let pairs = sums.xy + sums.zw;
    let square_pairs = square_sums.xy + square_sums.zw;
    let sum = pairs.x + pairs.y;
    let count = 4.0 * f32(length);
    let run_mean = sum / count;
    let delta = shift - origin + run_mean - mean;
    let total = joined + count;
    mean += delta * (count / total);
    squares += max(square_pairs.x + square_pairs.y - sum * run_mean, 0.0) + delta * delta * (joined * count / total);
    joined = total;
    e += length;
  }
  partial[i] = vec2f(origin + mean, squares);
}
