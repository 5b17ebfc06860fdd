// layer_norm.wgsl for short rows of n = 4·HELD elements: an invocation reads a row once and holds it. Weight and bias are read
// first of all, where all lanes are sure to be active: there a driver can read for all lanes at once.
alias T = f32;
alias O = f32;
const CENTRED = 1u;
const HELD = 8u;

struct Params { rows: u32, eps: f32 }

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read> weight: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> out: array<vec4<O>>;
@group(0) @binding(4) var<storage, read_write> stats: array<vec2f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  var weights = array<vec4f, HELD>();
  var biases = array<vec4f, HELD>();
  for (var k = 0u; k < HELD; k++) {
    weights[k] = weight[k];
    biases[k] = bias[k];
  }
  let row = gid.x + gid.y * groups.x * 64u;
  if (row >= params.rows) { return; }
  let count = f32(4u * HELD);
  let start = row * HELD;
  var held = array<vec4f, HELD>();
  var sums = vec4f();
  for (var k = 0u; k < HELD; k++) {
    held[k] = vec4f(x[start + k]);
    sums += held[k];
  }
  var mean = 0.0;
  if (CENTRED == 1u) { mean = (sums.x + sums.y + (sums.z + sums.w)) / count; }
  var squares = vec4f();
  for (var k = 0u; k < HELD; k++) {
    held[k] -= mean;
    squares += held[k] * held[k];
  }
  let rstd = inverseSqrt((squares.x + squares.y + (squares.z + squares.w)) / count + params.eps);
  for (var k = 0u; k < HELD; k++) { out[start + k] = vec4<O>(held[k] * rstd * weights[k] + biases[k]); }
  stats[row] = vec2f(mean, rstd);
}
