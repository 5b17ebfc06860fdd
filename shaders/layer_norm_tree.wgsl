// layer_norm.wgsl with one workgroup per row, for devices with many lanes: neighbouring invocations read neighbouring
// elements, and sums are joined as a tree in workgroup memory.
// @include sum_of_lanes.wgsl
alias T = f32;
alias O = f32;
const CENTRED = 1u;
const LANES = 64u; // a power of two

struct Params { rows: u32, n: u32, eps: f32 }

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<O>;
@group(0) @binding(4) var<storage, read_write> stats: array<vec2f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let row = id.x + id.y * groups.x;
  if (row >= params.rows) { return; }
  let start = row * params.n;
  let count = f32(params.n);
  var mean = 0.0;
  if (CENTRED == 1u) {
    var share = 0.0;
    for (var i = lane; i < params.n; i += LANES) { share += f32(x[start + i]); }
    mean = sum_of_lanes(share, lane) / count;
  }
  var squares = 0.0;
  for (var i = lane; i < params.n; i += LANES) {
    let d = f32(x[start + i]) - mean;
    squares += d * d;
  }
  let rstd = inverseSqrt(sum_of_lanes(squares, lane) / count + params.eps);
  for (var i = lane; i < params.n; i += LANES) { out[start + i] = O((f32(x[start + i]) - mean) * rstd * weight[i] + bias[i]); }
  if (lane == 0u) { stats[row] = vec2f(mean, rstd); }
}
