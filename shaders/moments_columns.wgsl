// moments.wgsl where R1 = 1, WIDE vec4s of neighbouring ones at a time: x is [count, channels], channels
// counted in vec4s, a multiple of WIDE. Runs of rows are summed about their first one. One invocation per part of WIDE vec4s;
// neighbours take neighbouring channels.
alias T = f32;
const RUN = 64u;
const WIDE = 1u;

struct Params { len: u32, channels: u32, count: u32, chunk: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read_write> partial: array<vec4f>; // two channels each
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let across = params.channels / WIDE;
  let start = i / across * params.chunk;
  let end = min(start + params.chunk, params.count);
  let column = i % across * WIDE;
  var origin = array<vec4f, WIDE>();
  var joined = 0.0;
  var mean = array<vec4f, WIDE>();
  var squares = array<vec4f, WIDE>();
  for (var run = start; run < end; run += RUN) {
    let run_end = min(run + RUN, end);
    var at = run * params.channels + column;
    var shift = array<vec4f, WIDE>();
    var sum = array<vec4f, WIDE>();
    var square_sum = array<vec4f, WIDE>();
    for (var k = 0u; k < WIDE; k++) {
      shift[k] = vec4f(x[at + k]);
      if (run == start) { origin[k] = shift[k]; }
    }
    for (var e = run + 1u; e < run_end; e++) {
      at += params.channels;
      for (var k = 0u; k < WIDE; k++) {
        let d = vec4f(x[at + k]) - shift[k];
        sum[k] += d;
        square_sum[k] += d * d;
      }
    }
    let count = f32(run_end - run);
    let total = joined + count;
    let share = count / total;
    let inverse = 1.0 / count;
    for (var k = 0u; k < WIDE; k++) {
      let run_mean = sum[k] * inverse;
      let delta = shift[k] - origin[k] + run_mean - mean[k];
      mean[k] += delta * share;
      squares[k] += max(square_sum[k] - sum[k] * run_mean, vec4f()) + delta * delta * (joined * share);
    }
    joined = total;
  }
  let place = 2u * (i / across * params.channels + column);
  for (var k = 0u; k < WIDE; k++) {
    let m = mean[k] + origin[k];
    let s = squares[k];
    partial[place + 2u * k] = vec4f(m.x, s.x, m.y, s.y);
    partial[place + 2u * k + 1u] = vec4f(m.z, s.z, m.w, s.w);
  }
}
