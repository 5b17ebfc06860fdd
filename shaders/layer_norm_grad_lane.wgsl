// layer_norm_grad.wgsl for short rows of n = 4·HELD elements: an invocation reads a row once and holds it, see layer_norm_lane.wgsl.
alias T = f32;
alias G = f32;
alias O = f32;
const CENTRED = 1u;
const HELD = 8u;

struct Params { rows: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read> weight: array<vec4f>;
@group(0) @binding(2) var<storage, read> stats: array<vec2f>;
@group(0) @binding(3) var<storage, read> d_out: array<vec4<G>>;
@group(0) @binding(4) var<storage, read_write> dx: array<vec4<O>>;
@group(0) @binding(5) var<uniform> params: Params;

fn epilogue(value: vec4f, i: u32) -> vec4f { return value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  var weights = array<vec4f, HELD>();
  for (var k = 0u; k < HELD; k++) { weights[k] = weight[k]; }
  let row = gid.x + gid.y * groups.x * 64u;
  if (row >= params.rows) { return; }
  let count = f32(4u * HELD);
  let start = row * HELD;
  let stat = stats[row];
  var held = array<vec4f, HELD>();
  var slopes = array<vec4f, HELD>();
  var sums = vec4f();
  var products = vec4f();
  for (var k = 0u; k < HELD; k++) {
    held[k] = vec4f(x[start + k]) - stat.x;
    slopes[k] = vec4f(d_out[start + k]) * weights[k];
    sums += slopes[k];
    products += slopes[k] * held[k];
  }
  let shift = select(0.0, (sums.x + sums.y + (sums.z + sums.w)) / count, CENTRED == 1u);
  let slope = (products.x + products.y + (products.z + products.w)) * stat.y * stat.y / count;
  for (var k = 0u; k < HELD; k++) {
    dx[start + k] = vec4<O>(epilogue(stat.y * (slopes[k] - shift - held[k] * slope), 4u * (start + k)));
  }
}
