// softmax.wgsl along the last axis with one workgroup a row, for devices with many lanes: neighbouring invocations read
// neighbouring elements, and maximum and sum are joined as trees in workgroup memory. n ≥ 1.
const LOG = 0u;
const LANES = 64u; // a power of two

struct Params { rows: u32, n: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

var<workgroup> shares: array<f32, LANES>;

fn joined(share: f32, lane: u32, by_max: bool) -> f32 {
  shares[lane] = share;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane < half) {
      let other = shares[lane + half];
      shares[lane] = select(shares[lane] + other, max(shares[lane], other), by_max);
    }
    workgroupBarrier();
  }
  let result = shares[0];
  workgroupBarrier();
  return result;
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let row = id.x + id.y * groups.x;
  if (row >= params.rows) { return; }
  let start = row * params.n;
  var largest = x[start];
  for (var i = lane; i < params.n; i += LANES) { largest = max(largest, x[start + i]); }
  largest = joined(largest, lane, true);
  var share = 0.0;
  for (var i = lane; i < params.n; i += LANES) { share += exp(x[start + i] - largest); }
  let total = joined(share, lane, false);
  // Taken away one after the other: the sum of both would be rounded to the size of the larger.
  let shift = log(total);
  for (var i = start + lane; i < start + params.n; i += LANES) {
    if (LOG == 1u) {
      out[i] = (x[i] - largest) - shift;
    } else {
      out[i] = exp(x[i] - largest) / total;
    }
  }
}
