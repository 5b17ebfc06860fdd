// The gradient of layer_norm.wgsl for x: with g = d_out·weight and x̂ = (x − µ)·rstd,
// dx = rstd·(g − Σg/n − x̂·Σ(g·x̂)/n); without the term Σg/n where CENTRED = 0. One invocation per row.
// T is the type of x, G that of d_out, O that of dx.
alias T = f32;
alias G = f32;
alias O = f32;
const CENTRED = 1u;

struct Params { rows: u32, n: u32 }

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read> stats: array<vec2f>;
@group(0) @binding(3) var<storage, read> d_out: array<G>;
@group(0) @binding(4) var<storage, read_write> dx: array<O>;
@group(0) @binding(5) var<uniform> params: Params;

fn epilogue(value: f32, i: u32) -> f32 { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = gid.x + gid.y * groups.x * 64u;
  if (row >= params.rows) { return; }
  let start = row * params.n;
  let mean = stats[row].x;
  let rstd = stats[row].y;
  var sum_g = 0.0;
  var sum_gx = 0.0;
  for (var i = 0u; i < params.n; i++) {
    let g = f32(d_out[start + i]) * weight[i];
    sum_g += g;
    sum_gx += g * (f32(x[start + i]) - mean);
  }
  let shift = select(0.0, sum_g / f32(params.n), CENTRED == 1u);
  let slope = sum_gx * rstd * rstd / f32(params.n);
  for (var i = 0u; i < params.n; i++) {
    let at = start + i;
    dx[at] = O(epilogue(rstd * (f32(d_out[at]) * weight[i] - shift - (f32(x[at]) - mean) * slope), at));
  }
}
