// moments.wgsl with one workgroup a part, for devices with many lanes. Each lane takes every LANES-th element of the part,
// four at a time, and sums about its own first value. WHOLE 1: a channel is one part, of which mean, variance and 1/√(variance + eps)
// are stored at once, as by moments_join.wgsl; else `partial`.
// @include moments_by_tree.wgsl
alias T = f32;
const R1 = 1u;
const WHOLE = 0u;
const LANES = 64u; // a power of two

struct Params {
  len: u32, channels: u32, count: u32, chunk: u32, repeat: u32, correction: f32, eps: f32,
}

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read_write> partial: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> mean_out: array<f32>;
@group(0) @binding(3) var<storage, read_write> variance_out: array<f32>;
@group(0) @binding(4) var<storage, read_write> rstd_out: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

fn element(e: u32, o: u32) -> f32 { return f32(x[(e / R1 * params.channels + o) * R1 + e % R1]); }

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let i = id.x + id.y * groups.x;
  if (i >= params.len) { return; }
  let o = i % params.channels;
  let start = i / params.channels * params.chunk;
  let end = min(start + params.chunk, params.count);
  let first = start + lane;
  // Differences of large values lose nothing near the part's first one.
  let origin = element(start, o);
  let shift = element(min(first, end - 1u), o);
  var sums = vec4f();
  var square_sums = vec4f();
  for (var e = first; e < end; e += 4u * LANES) {
    let at = vec4u(e) + vec4u(0u, 1u, 2u, 3u) * LANES;
    let inside = at < vec4u(end);
    let near = min(at, vec4u(end - 1u));
    let values = vec4f(element(near.x, o), element(near.y, o), element(near.z, o), element(near.w, o));
    let d = select(vec4f(), values - shift, inside);
    sums += d;
    square_sums += d * d;
  }
  let sum = (sums.x + sums.y) + (sums.z + sums.w);
  let square_sum = (square_sums.x + square_sums.y) + (square_sums.z + square_sums.w);
  let count = select(0.0, f32((end - first + LANES - 1u) / LANES), first < end);
  let own_mean = sum / max(count, 1.0);
  let total = f32(end - start);
  let squares = max(square_sum - sum * own_mean, 0.0);
  let joined = moments_by_tree(count, shift - origin + own_mean, squares, total, lane);
  if (WHOLE == 1u) {
    store_moments(o, origin + joined.x, joined.y, total, lane);
  } else if (lane == 0u) {
    partial[i] = vec2f(origin + joined.x, joined.y);
  }
}
