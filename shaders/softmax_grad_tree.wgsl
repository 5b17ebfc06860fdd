// softmax_grad.wgsl along the last axis with one workgroup a row, for devices with many lanes, see softmax_tree.wgsl.
const LOG = 0u;
const LANES = 64u; // a power of two

struct Params { rows: u32, n: u32 }

@group(0) @binding(0) var<storage, read> out: array<f32>;
@group(0) @binding(1) var<storage, read> d_out: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

var<workgroup> shares: array<f32, LANES>;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let row = id.x + id.y * groups.x;
  if (row >= params.rows) { return; }
  let start = row * params.n;
  let end = start + params.n;
  var share = 0.0;
  for (var i = start + lane; i < end; i += LANES) { share += d_out[i] * select(out[i], 1.0, LOG == 1u); }
  shares[lane] = share;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane < half) { shares[lane] += shares[lane + half]; }
    workgroupBarrier();
  }
  let total = shares[0];
  for (var i = start + lane; i < end; i += LANES) {
    if (LOG == 1u) {
      dx[i] = d_out[i] - exp(out[i]) * total;
    } else {
      dx[i] = out[i] * (d_out[i] - total);
    }
  }
}
