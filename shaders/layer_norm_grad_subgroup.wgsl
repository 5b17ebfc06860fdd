enable subgroups;

// layer_norm_grad.wgsl for rows of n = 4·quads elements, by subgroups, see layer_norm_subgroup.wgsl: first what each row of a
// workgroup is scaled by and shifted by, then the rows, SIDE vec4s per lane at a time. And what the `each` rows
// of a workgroup add to the gradients for weight and bias, `partial[workgroup] = [Σ d_out·x̂, Σ d_out]`, which
// layer_norm_grad_join.wgsl joins; behind all of these lies what each lane keeps of each row.
// @include sum_of_row.wgsl
alias T = f32;
alias G = f32;
alias O = f32;
const CENTRED = 1u;
const LANES = 8u; // the device's subgroup size
const SIDE = 1u;
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
  let own_part = part * 2u * params.quads;
  let first = part * params.each;
  let last = min(first + params.each, params.rows);
  let count = 4.0 * f32(params.quads);
  let kept = (params.rows + params.each - 1u) / max(params.each, 1u) * 2u * params.quads + lane;
  for (var row = first; row < last; row++) {
    let start = row * params.quads;
    let stat = stats[row];
    var sums = vec4f();
    var products = vec4f();
    for (var i = lane; i < params.quads; i += LANES) {
      let g = vec4f(d_out[start + i]) * weight[i];
      if (CENTRED == 1u) { sums += g; }
      products += g * (vec4f(x[start + i]) - stat.x);
    }
    // dx = g · rstd + (x − mean) · factor + shift
    let factor = -sum_of_row(products) * stat.y * stat.y * stat.y / count;
    var shift = 0.0;
    if (CENTRED == 1u) { shift = -sum_of_row(sums) * stat.y / count; }
    partial[kept + row * LANES] = vec4f(stat, factor, shift);
  }
  for (var i = lane; i < params.quads; i += SIDE * LANES) {
    var weights = array<vec4f, SIDE>();
    // Here and in the end one place that loads or stores, and a choice among registers, see matmul_subgroup.wgsl.
    for (var k = 0u; k < select(SIDE, 0u, first >= last); k++) {
      let w = weight[i + k * LANES];
      for (var n = 0u; n < SIDE; n++) { weights[n] = select(weights[n], w, n == k); }
    }
    var d_weight = array<vec4f, SIDE>();
    var d_bias = array<vec4f, SIDE>();
    for (var row = first; row < last; row++) {
      let by = partial[kept + row * LANES];
      let start = row * params.quads + i;
      for (var k = 0u; k < SIDE; k++) {
        let at = start + k * LANES;
        let d = vec4f(d_out[at]);
        let centred = vec4f(x[at]) - by.x;
        let scaled = d * by.y;
        dx[at] = vec4<O>(epilogue(scaled * weights[k] + centred * by.z + by.w, 4u * at));
        if (AFFINE == 1u) {
          d_weight[k] += scaled * centred;
          d_bias[k] += d;
        }
      }
    }
    for (var k = 0u; k < select(SIDE, 0u, first >= last || AFFINE == 0u); k++) {
      var slope = vec4f();
      var shift = vec4f();
      for (var n = 0u; n < SIDE; n++) {
        slope = select(slope, d_weight[n], n == k);
        shift = select(shift, d_bias[n], n == k);
      }
      partial[own_part + i + k * LANES] = slope;
      partial[own_part + params.quads + i + k * LANES] = shift;
    }
  }
}
