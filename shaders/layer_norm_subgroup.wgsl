enable subgroups;

// layer_norm.wgsl for rows of n = 4·quads elements, by subgroups: a workgroup is one subgroup and makes `each` rows, its lanes
// reading neighbouring vec4s. For devices as of matmul_subgroup.wgsl, where loads are dear and barriers dearer.
alias T = f32;
alias O = f32;
const CENTRED = 1u;
const LANES = 8u; // the device's subgroup size

struct Params { rows: u32, quads: u32, each: u32, eps: f32 }

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read> weight: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> out: array<vec4<O>>;
@group(0) @binding(4) var<storage, read_write> stats: array<vec2f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let first = (id.x + id.y * groups.x) * params.each;
  let last = min(first + params.each, params.rows);
  let count = 4.0 * f32(params.quads);
  for (var row = first; row < last; row++) {
    let start = row * params.quads;
    var mean = 0.0;
    if (CENTRED == 1u) {
      var sums = vec4f();
      for (var i = lane; i < params.quads; i += LANES) { sums += vec4f(x[start + i]); }
      let pairs = sums.xy + sums.zw;
      mean = subgroupAdd(pairs.x + pairs.y) / count;
    }
    var squares = vec4f();
    for (var i = lane; i < params.quads; i += LANES) {
      let d = vec4f(x[start + i]) - mean;
      squares += d * d;
    }
    let pairs = squares.xy + squares.zw;
    let rstd = inverseSqrt(subgroupAdd(pairs.x + pairs.y) / count + params.eps);
    for (var i = lane; i < params.quads; i += LANES) {
      out[start + i] = vec4<O>((vec4f(x[start + i]) - mean) * rstd * weight[i] + bias[i]);
    }
    if (lane == 0u) { stats[row] = vec2f(mean, rstd); }
  }
}
