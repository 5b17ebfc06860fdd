enable subgroups;

// layer_norm_grad.wgsl for rows of n = 4·quads elements, by subgroups, see layer_norm_subgroup.wgsl.
alias T = f32;
alias G = f32;
alias O = f32;
const CENTRED = 1u;
const LANES = 8u; // the device's subgroup size

struct Params { rows: u32, quads: u32, each: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read> weight: array<vec4f>;
@group(0) @binding(2) var<storage, read> stats: array<vec2f>;
@group(0) @binding(3) var<storage, read> d_out: array<vec4<G>>;
@group(0) @binding(4) var<storage, read_write> dx: array<vec4<O>>;
@group(0) @binding(5) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }

fn sum_of_row(share: vec4f) -> f32 {
  let pairs = share.xy + share.zw;
  return subgroupAdd(pairs.x + pairs.y);
}

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
    let mean = stats[row].x;
    let rstd = stats[row].y;
    var sums = vec4f();
    var products = vec4f();
    for (var i = lane; i < params.quads; i += LANES) {
      let g = vec4f(d_out[start + i]) * weight[i];
      sums += g;
      products += g * (vec4f(x[start + i]) - mean);
    }
    let sum = sum_of_row(sums);
    let shift = select(0.0, sum / count, CENTRED == 1u);
    let slope = sum_of_row(products) * rstd * rstd / count;
    for (var i = lane; i < params.quads; i += LANES) {
      let at = start + i;
      dx[at] = vec4<O>(epilogue(rstd * (vec4f(d_out[at]) * weight[i] - shift - (vec4f(x[at]) - mean) * slope), 4u * at));
    }
  }
}
