// layer_norm_grad_affine.wgsl for four neighbouring columns at a time: n is counted in fours.
alias T = f32;
alias G = f32;
const JOIN = 0u;

struct Params { rows: u32, n: u32, parts: u32, chunk: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read> stats: array<vec2f>;
@group(0) @binding(2) var<storage, read> d_out: array<vec4<G>>;
@group(0) @binding(3) var<storage, read_write> d_weight: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> d_bias: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.parts * params.n) { return; }
  let column = i % params.n;
  var weight = vec4f();
  var bias = vec4f();
  let from_row = i / params.n * params.chunk;
  let end_row = min(from_row + params.chunk, params.rows);
  for (var row = from_row; row < end_row; row++) {
    let at = row * params.n + column;
    let d = vec4f(d_out[at]);
    if (JOIN == 1u) {
      weight += vec4f(x[at]);
    } else {
      let stat = stats[row];
      weight += d * ((vec4f(x[at]) - stat.x) * stat.y);
    }
    bias += d;
  }
  d_weight[i] = weight;
  d_bias[i] = bias;
}
