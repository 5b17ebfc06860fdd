// As square_sum.wgsl, for devices with many lanes: partial[at + j] is the sum of one workgroup, whose invocations read neighbouring
// elements, a grid apart from turn to turn, and are summed by halves.
const LANES = 256u;

struct Params { len: u32, parts: u32, at: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> partial: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

var<workgroup> sums: array<f32, LANES>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var total = 0.0;
  for (var i = group.x * LANES + lane; i < params.len; i += params.parts * LANES) { total += dot(x[i], x[i]); }
  sums[lane] = total;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { sums[lane] += sums[lane + half]; }
  }
  if (lane == 0u && group.x < params.parts) { partial[params.at + group.x] = sums[0]; }
}
