enable subgroups;

// layer_norm.wgsl for rows of n = 4·quads elements, by subgroups: a workgroup is one subgroup and makes `each` rows, ROWS at a
// time, its lanes reading neighbouring vec4s, of weight and bias once for all of them. For devices as of
// matmul_subgroup.wgsl, where loads are dear and barriers dearer. Mean and variance come from one reading, about the mean of the
// first 4·LANES elements: the difference of squares loses a factor of n/(4·LANES)² at most. quads ≥ LANES. Behind the last row the last one is made again.
alias T = f32;
alias O = f32;
const CENTRED = 1u;
const LANES = 8u; // the device's subgroup size
const ROWS = 2u;

struct Params { rows: u32, quads: u32, each: u32, eps: f32 }

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read> weight: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> out: array<vec4<O>>;
@group(0) @binding(4) var<storage, read_write> stats: array<vec2f>;
@group(0) @binding(5) var<uniform> params: Params;

// The sum of a vec4 of each lane, divided by a count.
fn mean_of(share: vec4f, count: f32) -> f32 {
  let pairs = share.xy + share.zw;
  return subgroupAdd(pairs.x + pairs.y) / count;
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let first = (id.x + id.y * groups.x) * params.each;
  let last = min(first + params.each, params.rows);
  let count = 4.0 * f32(params.quads);
  for (var row = first; row < last; row += ROWS) {
    var start = array<u32, ROWS>();
    for (var r = 0u; r < ROWS; r++) { start[r] = min(row + r, last - 1u) * params.quads; }
    var shift = array<f32, ROWS>();
    if (CENTRED == 1u) {
      for (var r = 0u; r < ROWS; r++) { shift[r] = mean_of(vec4f(x[start[r] + lane]), f32(4u * LANES)); }
    }
    var sums = array<vec4f, ROWS>();
    var squares = array<vec4f, ROWS>();
    for (var i = lane; i < params.quads; i += LANES) {
      for (var r = 0u; r < ROWS; r++) {
        let d = vec4f(x[start[r] + i]) - shift[r];
        if (CENTRED == 1u) { sums[r] += d; }
        squares[r] += d * d;
      }
    }
    var mean = array<f32, ROWS>();
    var rstd = array<f32, ROWS>();
    for (var r = 0u; r < ROWS; r++) {
      var rest = 0.0;
      if (CENTRED == 1u) { rest = mean_of(sums[r], count); }
      mean[r] = shift[r] + rest;
      rstd[r] = inverseSqrt(max(mean_of(squares[r], count) - rest * rest, 0.0) + params.eps);
      if (lane == r) { stats[min(row + r, last - 1u)] = vec2f(mean[r], rstd[r]); }
    }
    for (var i = lane; i < params.quads; i += LANES) {
      let w = weight[i];
      let b = bias[i];
      for (var r = 0u; r < ROWS; r++) {
        out[start[r] + i] = vec4<O>((vec4f(x[start[r] + i]) - mean[r]) * rstd[r] * w + b);
      }
    }
  }
}
