enable subgroups;

// layer_norm_grad_subgroup.wgsl for short rows, of n = 4·HELD·LANES elements, see layer_norm_held.wgsl: what is added up for weight
// and bias is held, too.
// @include sum_of_row.wgsl
alias T = f32;
alias G = f32;
alias O = f32;
const CENTRED = 1u;
const LANES = 8u; // the device's subgroup size
const HELD = 1u;
const AFFINE = 1u; // whether anybody wants the gradients for weight and bias

struct Params { rows: u32, quads: u32, each: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read> weight: array<vec4f>;
@group(0) @binding(2) var<storage, read> stats: array<vec2f>;
@group(0) @binding(3) var<storage, read> d_out: array<vec4<G>>;
@group(0) @binding(4) var<storage, read_write> dx: array<vec4<O>>;
@group(0) @binding(5) var<storage, read_write> partial: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let part = id.x + id.y * groups.x;
  let first = part * params.each;
  let last = min(first + params.each, params.rows);
  if (first >= last) { return; }
  var weights = array<vec4f, HELD>();
  // Here and in the end one place that loads or stores, and a choice among registers, see matmul_subgroup.wgsl.
  for (var k = 0u; k < select(HELD, 0u, first >= last); k++) {
    let loaded = weight[k * LANES + lane];
    for (var n = 0u; n < HELD; n++) { weights[n] = select(weights[n], loaded, n == k); }
  }
  var d_weight = array<vec4f, HELD>();
  var d_bias = array<vec4f, HELD>();
  let count = f32(4u * HELD * LANES);
  for (var row = first; row < last; row++) {
    let start = row * HELD * LANES + lane;
    let stat = stats[row];
    var held = array<vec4f, HELD>();
    var slopes = array<vec4f, HELD>();
    var sums = vec4f();
    var products = vec4f();
    for (var k = 0u; k < HELD; k++) {
      held[k] = (vec4f(x[start + k * LANES]) - stat.x) * stat.y;
      let d = vec4f(d_out[start + k * LANES]);
      if (AFFINE == 1u) {
        d_weight[k] += d * held[k];
        d_bias[k] += d;
      }
      slopes[k] = d * weights[k];
      sums += slopes[k];
      products += slopes[k] * held[k];
    }
    var shift = 0.0;
    if (CENTRED == 1u) { shift = sum_of_row(sums) / count; }
    let slope = sum_of_row(products) / count;
    for (var k = 0u; k < HELD; k++) {
      let at = start + k * LANES;
      dx[at] = vec4<O>(epilogue(stat.y * (slopes[k] - shift - held[k] * slope), 4u * at));
    }
  }
  if (AFFINE == 0u) { return; }
  let own = part * 2u * HELD * LANES + lane;
  for (var k = 0u; k < select(HELD, 0u, first >= last); k++) {
    var slope = vec4f();
    var shift = vec4f();
    for (var n = 0u; n < HELD; n++) {
      slope = select(slope, d_weight[n], n == k);
      shift = select(shift, d_bias[n], n == k);
    }
    partial[own + k * LANES] = slope;
    partial[own + (HELD + k) * LANES] = shift;
  }
}
