// Each row of x [rows, n] normalised: out = (x − µ)·rstd·weight + bias, rstd = 1/√(σ² + eps), σ² = Σ (x − µ)²/n.
// With CENTRED = 0 it is RMS normalisation: µ = 0. stats[row] = (µ, rstd), for the gradient. Two passes for the variance.
// One invocation per row.
// T is the type of x, O that of out.
alias T = f32;
alias O = f32;
const CENTRED = 1u;

struct Params { rows: u32, n: u32, eps: f32 }

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<O>;
@group(0) @binding(4) var<storage, read_write> stats: array<vec2f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = gid.x + gid.y * groups.x * 64u;
  if (row >= params.rows) { return; }
  let start = row * params.n;
  let count = f32(params.n);
  var mean = 0.0;
  if (CENTRED == 1u) {
    for (var i = 0u; i < params.n; i++) { mean += f32(x[start + i]); }
    mean /= count;
  }
  var squares = 0.0;
  for (var i = 0u; i < params.n; i++) {
    let d = f32(x[start + i]) - mean;
    squares += d * d;
  }
  let rstd = inverseSqrt(squares / count + params.eps);
  for (var i = 0u; i < params.n; i++) { out[start + i] = O((f32(x[start + i]) - mean) * rstd * weight[i] + bias[i]); }
  stats[row] = vec2f(mean, rstd);
}
