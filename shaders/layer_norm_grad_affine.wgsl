// The gradients of layer_norm.wgsl for weight and bias: with x̂ = (x − µ)·rstd,
// d_weight[c] = Σ f32(d_out[r, c])·x̂[r, c] and d_bias[c] = Σ f32(d_out[r, c]) over the rows r. The rows are dealt out to `parts`
// invocations a column, `chunk` neighbours each, which make [parts, n] of each; a second launch, with JOIN, adds those up: x and d_out are then the
// parts. Neighbouring invocations read neighbouring columns.
// T is the type of x, G that of d_out.
alias T = f32;
alias G = f32;
const JOIN = 0u;

struct Params { rows: u32, n: u32, parts: u32, chunk: u32 }

@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read> stats: array<vec2f>;
@group(0) @binding(2) var<storage, read> d_out: array<G>;
@group(0) @binding(3) var<storage, read_write> d_weight: array<f32>;
@group(0) @binding(4) var<storage, read_write> d_bias: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.parts * params.n) { return; }
  let column = i % params.n;
  var weight = 0.0;
  var bias = 0.0;
  let from_row = i / params.n * params.chunk;
  let end_row = min(from_row + params.chunk, params.rows);
  for (var row = from_row; row < end_row; row++) {
    let at = row * params.n + column;
    let d = f32(d_out[at]);
    if (JOIN == 1u) {
      weight += f32(x[at]);
    } else {
      let stat = stats[row];
      weight += d * ((f32(x[at]) - stat.x) * stat.y);
    }
    bias += d;
  }
  d_weight[i] = weight;
  d_bias[i] = bias;
}
