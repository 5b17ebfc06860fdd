enable subgroups;

// layer_norm_grad.wgsl for rows of n = 4·quads elements, by subgroups, ROWS rows at a time, see layer_norm_subgroup.wgsl; and what
// the `each` rows of a workgroup add to the gradients for weight and bias, `partial[workgroup] = [Σ d_out·x̂, Σ d_out]`, which
// layer_norm_grad_join.wgsl joins.
// @include sum_of_row.wgsl
alias T = f32;
alias G = f32;
alias O = f32;
const CENTRED = 1u;
const LANES = 8u; // the device's subgroup size
const ROWS = 2u;
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
  for (var row = first; row < last; row += ROWS) {
    var start = array<u32, ROWS>();
    var stat = array<vec2f, ROWS>();
    var sums = array<vec4f, ROWS>();
    var products = array<vec4f, ROWS>();
    for (var r = 0u; r < ROWS; r++) {
      let own = min(row + r, last - 1u);
      start[r] = own * params.quads;
      stat[r] = stats[own];
    }
    for (var i = lane; i < params.quads; i += LANES) {
      let w = weight[i];
      for (var r = 0u; r < ROWS; r++) {
        let g = vec4f(d_out[start[r] + i]) * w;
        if (CENTRED == 1u) { sums[r] += g; }
        products[r] += g * (vec4f(x[start[r] + i]) - stat[r].x);
      }
    }
    // dx = g · rstd + (x − mean) · factor + shift
    var factor = array<f32, ROWS>();
    var shift = array<f32, ROWS>();
    for (var r = 0u; r < ROWS; r++) {
      let rstd = stat[r].y;
      factor[r] = -sum_of_row(products[r]) * rstd * rstd * rstd / count;
      if (CENTRED == 1u) { shift[r] = -sum_of_row(sums[r]) * rstd / count; }
    }
    for (var i = lane; i < params.quads; i += LANES) {
      let w = weight[i];
      var d_weight = vec4f();
      var d_bias = vec4f();
      if (AFFINE == 1u && row > first) {
        d_weight = partial[own_part + i];
        d_bias = partial[own_part + params.quads + i];
      }
      for (var r = 0u; r < ROWS; r++) {
        let at = start[r] + i;
        let d = vec4f(d_out[at]);
        let centred = vec4f(x[at]) - stat[r].x;
        let made = d * w * stat[r].y + centred * factor[r] + shift[r];
        dx[at] = vec4<O>(epilogue(made, 4u * at));
        if (AFFINE == 0u || row + r >= last) { continue; } // the last row stands in for one that is not there
        d_weight += d * centred * stat[r].y;
        d_bias += d;
      }
      if (AFFINE == 0u) { continue; }
      partial[own_part + i] = d_weight;
      partial[own_part + params.quads + i] = d_bias;
    }
  }
}
