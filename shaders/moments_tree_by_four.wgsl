// moments_tree.wgsl with memory read as vec4, where R1 is a multiple of 4: R1, count and chunk are in fours.
// @include moments_by_tree.wgsl
alias T = f32;
const R1 = 1u;
const WHOLE = 0u;
const LANES = 64u; // a power of two

struct Params {
  len: u32, channels: u32, count: u32, chunk: u32, repeat: u32, correction: f32, eps: f32,
}

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read_write> partial: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> mean_out: array<f32>;
@group(0) @binding(3) var<storage, read_write> variance_out: array<f32>;
@group(0) @binding(4) var<storage, read_write> rstd_out: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

fn four(e: u32, o: u32) -> vec4f { return vec4f(x[(e / R1 * params.channels + o) * R1 + e % R1]); }

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
  let origin = four(start, o).x;
  let shift = four(min(first, end - 1u), o).x;
  var sums = vec4f();
  var square_sums = vec4f();
  for (var e = first; e < end; e += 4u * LANES) {
    let at = vec4u(e) + vec4u(0u, 1u, 2u, 3u) * LANES;
    let inside = at < vec4u(end);
    let near = min(at, vec4u(end - 1u));
    let a = four(near.x, o);
    let b = four(near.y, o);
    let c = four(near.z, o);
    let d = four(near.w, o);
    let from_a = a - shift;
    let from_b = select(vec4f(), b - shift, inside.y);
    let from_c = select(vec4f(), c - shift, inside.z);
    let from_d = select(vec4f(), d - shift, inside.w);
    sums += (from_a + from_b) + (from_c + from_d);
    square_sums += (from_a * from_a + from_b * from_b) + (from_c * from_c + from_d * from_d);
  }
  let sum = (sums.x + sums.y) + (sums.z + sums.w);
  let square_sum = (square_sums.x + square_sums.y) + (square_sums.z + square_sums.w);
  let count = 4.0 * select(0.0, f32((end - first + LANES - 1u) / LANES), first < end);
  let own_mean = sum / max(count, 1.0);
  let total = 4.0 * f32(end - start);
  let squares = max(square_sum - sum * own_mean, 0.0);
  let joined = moments_by_tree(count, shift - origin + own_mean, squares, total, lane);
  if (WHOLE == 1u) {
    store_moments(o, origin + joined.x, joined.y, total, lane);
  } else if (lane == 0u) {
    partial[i] = vec2f(origin + joined.x, joined.y);
  }
}
