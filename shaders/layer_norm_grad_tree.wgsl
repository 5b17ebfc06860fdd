// layer_norm_grad.wgsl with one workgroup per row, for devices with many lanes, see layer_norm_tree.wgsl.
// @include sums_of_lanes.wgsl
alias T = f32;
alias G = f32;
alias O = f32;
const CENTRED = 1u;
const LANES = 64u; // a power of two

struct Params { rows: u32, n: u32 }

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read> stats: array<vec2f>;
@group(0) @binding(3) var<storage, read> d_out: array<G>;
@group(0) @binding(4) var<storage, read_write> dx: array<O>;
@group(0) @binding(5) var<uniform> params: Params;

fn epilogue(value: f32, i: u32) -> f32 { return value; }

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let row = id.x + id.y * groups.x;
  if (row >= params.rows) { return; }
  let start = row * params.n;
  let mean = stats[row].x;
  let rstd = stats[row].y;
  var share = vec2f();
  for (var i = lane; i < params.n; i += LANES) {
    let g = f32(d_out[start + i]) * weight[i];
    share += vec2f(g, g * (f32(x[start + i]) - mean));
  }
  let sums = sums_of_lanes(share, lane) / f32(params.n);
  let shift = select(0.0, sums.x, CENTRED == 1u);
  let slope = sums.y * rstd * rstd;
  for (var i = lane; i < params.n; i += LANES) {
    let at = start + i;
    dx[at] = O(epilogue(rstd * (f32(d_out[at]) * weight[i] - shift - (f32(x[at]) - mean) * slope), at));
  }
}
