enable subgroups;

// layer_norm_subgroup.wgsl for short rows, of n = 4·HELD·LANES elements: a lane reads its HELD vec4s of a row once and holds them,
// and those of weight and bias once for all rows.
// @include sum_of_row.wgsl
alias T = f32;
alias O = f32;
const CENTRED = 1u;
const LANES = 8u; // the device's subgroup size
const HELD = 1u;

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
  var weights = array<vec4f, HELD>();
  var biases = array<vec4f, HELD>();
  for (var k = 0u; k < HELD; k++) {
    weights[k] = weight[k * LANES + lane];
    biases[k] = bias[k * LANES + lane];
  }
  let first = (id.x + id.y * groups.x) * params.each;
  let last = min(first + params.each, params.rows);
  let count = f32(4u * HELD * LANES);
  for (var row = first; row < last; row++) {
    let start = row * HELD * LANES + lane;
    var held = array<vec4f, HELD>();
    var sums = vec4f();
    for (var k = 0u; k < HELD; k++) {
      held[k] = vec4f(x[start + k * LANES]);
      sums += held[k];
    }
    var mean = 0.0;
    if (CENTRED == 1u) { mean = sum_of_row(sums) / count; }
    var squares = vec4f();
    for (var k = 0u; k < HELD; k++) {
      held[k] -= mean;
      squares += held[k] * held[k];
    }
    let rstd = inverseSqrt(sum_of_row(squares) / count + params.eps);
    for (var k = 0u; k < HELD; k++) {
      out[start + k * LANES] = vec4<O>(held[k] * rstd * weights[k] + biases[k]);
    }
    if (lane == 0u) { stats[row] = vec2f(mean, rstd); }
  }
}
