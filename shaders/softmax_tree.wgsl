// softmax.wgsl along the last axis for devices with many lanes: each row is for LANES neighbours of a workgroup, which read
// neighbouring elements, four each in flight at once, and join maximum and sum as trees in workgroup memory. n ≥ 1.
const LOG = 0u;
const SIZE = 64u; // invocations of a workgroup
const LANES = 64u; // those of a row, a power of two

struct Params { rows: u32, n: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

var<workgroup> shares: array<f32, SIZE>;

fn joined(share: f32, at: u32, by_max: bool) -> f32 {
  shares[at] = share;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (at % LANES < half) {
      let other = shares[at + half];
      shares[at] = select(shares[at] + other, max(shares[at], other), by_max);
    }
    workgroupBarrier();
  }
  let result = shares[at / LANES * LANES];
  workgroupBarrier();
  return result;
}

fn places(i: u32) -> vec4u { return vec4u(i) + vec4u(0u, 1u, 2u, 3u) * LANES; }

// Beyond the row's end its last element is read.
fn four(start: u32, i: u32) -> vec4f {
  let near = vec4u(start) + min(places(i), vec4u(params.n - 1u));
  return vec4f(x[near.x], x[near.y], x[near.z], x[near.w]);
}

@compute @workgroup_size(SIZE)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) at: u32,
) {
  let first = (id.x + id.y * groups.x) * (SIZE / LANES);
  if (first >= params.rows) { return; }
  let lane = at % LANES;
  let row = min(first + at / LANES, params.rows - 1u);
  let n = select(0u, params.n, row == first + at / LANES); // none beyond the last row
  let start = row * params.n;
  var most = four(start, lane);
  for (var i = lane + 4u * LANES; i < n; i += 4u * LANES) { most = max(most, four(start, i)); }
  let largest = joined(max(max(most.x, most.y), max(most.z, most.w)), at, true);
  var share = vec4f();
  for (var i = lane; i < n; i += 4u * LANES) {
    share += select(vec4f(), exp(four(start, i) - largest), places(i) < vec4u(n));
  }
  let total = joined((share.x + share.y) + (share.z + share.w), at, false);
  // Subtracted one after the other: the sum of both would be rounded to the size of the larger.
  let shift = log(total);
  for (var i = lane; i < n; i += 4u * LANES) {
    var results = four(start, i) - largest;
    if (LOG == 1u) {
      results -= shift;
    } else {
      results = exp(results) / total;
    }
    for (var k = 0u; k < 4u; k++) {
      if (i + k * LANES < n) { out[start + i + k * LANES] = results[k]; }
    }
  }
}
