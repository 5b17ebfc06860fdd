// Joins the parts of moments.wgsl: mean, variance Σ (x − mean)²/(count − correction) and rstd = 1/√(variance + eps) of each
// channel. Results of channel o are written `repeat` times, at o·repeat …. One invocation per result.
struct Params { len: u32, channels: u32, count: u32, chunk: u32, parts: u32, repeat: u32, correction: f32, eps: f32 }

@group(0) @binding(0) var<storage, read> partial: array<vec2f>;
@group(0) @binding(1) var<storage, read_write> mean_out: array<f32>;
@group(0) @binding(2) var<storage, read_write> variance_out: array<f32>;
@group(0) @binding(3) var<storage, read_write> rstd_out: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

// Count, mean − origin and squares of part p of channel o; a count of 0 beyond the last.
fn part_of(p: u32, o: u32, origin: f32) -> vec3f {
  let near = min(p, params.parts - 1u);
  let part = partial[near * params.channels + o];
  let count = min(params.chunk, params.count - near * params.chunk);
  return vec3f(select(0.0, f32(count), p < params.parts), part.x - origin, part.y);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.len) { return; }
  let o = i / params.repeat;
  let origin = partial[o].x;
  // Four parts at a time: their loads do not wait for each other.
  var shifts = vec4f();
  for (var p = 0u; p < params.parts; p += 4u) {
    let a = part_of(p, o, origin);
    let b = part_of(p + 1u, o, origin);
    let c = part_of(p + 2u, o, origin);
    let d = part_of(p + 3u, o, origin);
    shifts += vec4f(a.x * a.y, b.x * b.y, c.x * c.y, d.x * d.y);
  }
  let mean = origin + (shifts.x + shifts.y + shifts.z + shifts.w) / f32(params.count);
  var all = vec4f();
  for (var p = 0u; p < params.parts; p += 4u) {
    let a = part_of(p, o, mean);
    let b = part_of(p + 1u, o, mean);
    let c = part_of(p + 2u, o, mean);
    let d = part_of(p + 3u, o, mean);
    let counts = vec4f(a.x, b.x, c.x, d.x);
    let deltas = vec4f(a.y, b.y, c.y, d.y);
    let inside = counts > vec4f();
    all += select(vec4f(), vec4f(a.z, b.z, c.z, d.z) + counts * deltas * deltas, inside);
  }
  let squares = all.x + all.y + all.z + all.w;
  let variance = squares / (f32(params.count) - params.correction);
  mean_out[i] = mean;
  variance_out[i] = variance;
  rstd_out[i] = inverseSqrt(variance + params.eps);
}
