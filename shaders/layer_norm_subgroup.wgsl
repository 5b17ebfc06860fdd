enable subgroups;

// layer_norm.wgsl for rows of n = 4·quads elements, by subgroups: a workgroup is one subgroup and makes `each` rows, its lanes
// reading neighbouring vec4s. For the devices of matmul_subgroup.wgsl, where loads are dear and barriers dearer. First the moments
// of all these rows, of which each lane keeps a copy of its own in memory, so that none waits for another; then the rows, SIDE
// vec4s per lane at a time, weight and bias being read once for all rows. Mean and variance come from one reading, about
// the mean of the first 4·LANES elements: the difference of squares loses a factor of n/(4·LANES)² at most. quads ≥ LANES, and
// a multiple of SIDE·LANES unless SIDE is 1.
// @include sum_of_row.wgsl
alias T = f32;
alias O = f32;
const CENTRED = 1u;
const LANES = 8u; // the device's subgroup size
const SIDE = 1u;

struct Params { rows: u32, quads: u32, each: u32, eps: f32 }

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read> weight: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> out: array<vec4<O>>;
@group(0) @binding(4) var<storage, read_write> stats: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> kept: array<vec2f>;
@group(0) @binding(6) var<uniform> params: Params;

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
    var shift = 0.0;
    if (CENTRED == 1u) { shift = sum_of_row(vec4f(x[start + lane])) / f32(4u * LANES); }
    var sums = vec4f();
    var squares = vec4f();
    for (var i = lane; i < params.quads; i += LANES) {
      let d = vec4f(x[start + i]) - shift;
      if (CENTRED == 1u) { sums += d; }
      squares += d * d;
    }
    var rest = 0.0;
    if (CENTRED == 1u) { rest = sum_of_row(sums) / count; }
    let variance = max(sum_of_row(squares) / count - rest * rest, 0.0);
    let stat = vec2f(shift + rest, inverseSqrt(variance + params.eps));
    kept[row * LANES + lane] = stat;
    if (lane == 0u) { stats[row] = stat; }
  }
  for (var i = lane; i < params.quads; i += SIDE * LANES) {
    var weights = array<vec4f, SIDE>();
    var biases = array<vec4f, SIDE>();
    // One place that loads, and a choice among registers, see matmul_subgroup.wgsl.
    for (var k = 0u; k < select(SIDE, 0u, first >= last); k++) {
      let w = weight[i + k * LANES];
      let b = bias[i + k * LANES];
      for (var n = 0u; n < SIDE; n++) {
        weights[n] = select(weights[n], w, n == k);
        biases[n] = select(biases[n], b, n == k);
      }
    }
    for (var row = first; row < last; row++) {
      let stat = kept[row * LANES + lane];
      let start = row * params.quads + i;
      for (var k = 0u; k < SIDE; k++) {
        let at = start + k * LANES;
        out[at] = vec4<O>((vec4f(x[at]) - stat.x) * stat.y * weights[k] + biases[k]);
      }
    }
  }
}
