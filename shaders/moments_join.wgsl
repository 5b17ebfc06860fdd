// Joins the parts of moments.wgsl: mean, variance Σ (x − mean)²/count (biased) and rstd = 1/√(variance + eps) of each channel.
// Results of channel o are written `repeat` times, at o·repeat …, for those who number finer. One invocation a result.
struct Params { len: u32, channels: u32, count: u32, chunk: u32, parts: u32, repeat: u32, eps: f32 }

@group(0) @binding(0) var<storage, read> partial: array<vec2f>;
@group(0) @binding(1) var<storage, read_write> mean_out: array<f32>;
@group(0) @binding(2) var<storage, read_write> variance_out: array<f32>;
@group(0) @binding(3) var<storage, read_write> rstd_out: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

fn count_of(part: u32) -> f32 { return f32(min(params.chunk, params.count - part * params.chunk)); }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let o = i / params.repeat;
  let origin = partial[o].x;
  var shift = 0.0;
  for (var p = 1u; p < params.parts; p++) { shift += count_of(p) * (partial[p * params.channels + o].x - origin); }
  let mean = origin + shift / f32(params.count);
  var squares = 0.0;
  for (var p = 0u; p < params.parts; p++) {
    let part = partial[p * params.channels + o];
    let d = part.x - mean;
    squares += part.y + count_of(p) * d * d;
  }
  let variance = squares / f32(params.count);
  mean_out[i] = mean;
  variance_out[i] = variance;
  rstd_out[i] = inverseSqrt(variance + params.eps);
}
