// moments.wgsl with one workgroup a part, for devices with many lanes. Each lane takes every LANES-th element of the part,
// four at a time, and sums about its own first value; lanes are joined as a tree, the means before the squares.
alias T = f32;
const R1 = 1u;
const LANES = 64u; // a power of two

struct Params { len: u32, channels: u32, count: u32, chunk: u32 }

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read_write> partial: array<vec2f>;
@group(0) @binding(2) var<uniform> params: Params;

var<workgroup> shares: array<f32, LANES>;

fn sum_of_lanes(share: f32, lane: u32) -> f32 {
  shares[lane] = share;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane < half) { shares[lane] += shares[lane + half]; }
    workgroupBarrier();
  }
  let total = shares[0];
  workgroupBarrier();
  return total;
}

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
  let sum = sums.x + sums.y + sums.z + sums.w;
  let square_sum = square_sums.x + square_sums.y + square_sums.z + square_sums.w;
  let count = select(0.0, f32((end - first + LANES - 1u) / LANES), first < end);
  let own_mean = sum / max(count, 1.0);
  let total = f32(end - start);
  // About the first lane's first value: near it, differences of large values lose nothing.
  let origin = sum_of_lanes(select(0.0, shift, lane == 0u), lane);
  let near = shift - origin + own_mean;
  let mean = sum_of_lanes(near * count, lane) / total;
  let delta = near - mean;
  let squares = sum_of_lanes(max(square_sum - sum * own_mean, 0.0) + delta * delta * count, lane);
  if (lane == 0u) { partial[i] = vec2f(origin + mean, squares); }
}
