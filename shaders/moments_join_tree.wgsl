// moments_join.wgsl with one workgroup per channel, for devices with many lanes and many parts.
// @include moments_by_tree.wgsl
const LANES = 64u; // a power of two

struct Params { channels: u32, count: u32, chunk: u32, parts: u32, repeat: u32, correction: f32, eps: f32 }

@group(0) @binding(0) var<storage, read> partial: array<vec2f>;
@group(0) @binding(1) var<storage, read_write> mean_out: array<f32>;
@group(0) @binding(2) var<storage, read_write> variance_out: array<f32>;
@group(0) @binding(3) var<storage, read_write> rstd_out: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let o = id.x + id.y * groups.x;
  if (o >= params.channels) { return; }
  let origin = partial[o].x;
  // A lane joins its parts one by one: count, mean and squares so far.
  var joined = 0.0;
  var mean = 0.0;
  var squares = 0.0;
  for (var p = lane; p < params.parts; p += LANES) {
    let part = partial[p * params.channels + o];
    let count = f32(min(params.chunk, params.count - p * params.chunk));
    let delta = part.x - origin - mean;
    let total = joined + count;
    mean += delta * (count / total);
    squares += part.y + delta * delta * (joined * count / total);
    joined = total;
  }
  let total = f32(params.count);
  let all = moments_by_tree(joined, mean, squares, total, lane);
  store_moments(o, origin + all.x, all.y, total, lane);
}
