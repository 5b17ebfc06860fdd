// layer_norm_grad_affine.wgsl with one workgroup WIDE neighbouring vec4s of columns over `chunk` rows, or what of them is left, for
// devices with many lanes: every invocation adds up one row in SLICES, four of them on their way at once, and slices are joined as a
// tree. Neighbouring invocations read neighbouring vec4s. n is counted in fours. d_weight[part, n], d_bias likewise.
alias T = f32;
alias G = f32;
const LANES = 256u;
const WIDE = 16u; // a power of two

const SLICES = LANES / WIDE;

struct Params { len: u32, rows: u32, n: u32, chunk: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4<T>>;
@group(0) @binding(1) var<storage, read> stats: array<vec2f>;
@group(0) @binding(2) var<storage, read> d_out: array<vec4<G>>;
@group(0) @binding(3) var<storage, read_write> d_weight: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> d_bias: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

var<workgroup> weights: array<vec4f, LANES>;
var<workgroup> biases: array<vec4f, LANES>;

fn normalised(row: u32, column: u32) -> vec4f {
  let stat = stats[row];
  return (vec4f(x[row * params.n + column]) - stat.x) * stat.y;
}

fn slope(row: u32, column: u32) -> vec4f { return vec4f(d_out[row * params.n + column]); }

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let group = id.x + id.y * groups.x;
  if (group >= params.len) { return; }
  let tiles = (params.n + WIDE - 1u) / WIDE;
  let part = group / tiles;
  let own = group % tiles * WIDE + lane % WIDE;
  let column = min(own, params.n - 1u); // those beyond the edge repeat the last one, and are not stored
  let start = part * params.chunk;
  let end = min(start + params.chunk, params.rows);
  var weight = vec4f();
  var bias = vec4f();
  for (var row = start + lane / WIDE; row < end; row += 4u * SLICES) {
    let next = vec3u(row) + vec3u(1u, 2u, 3u) * SLICES;
    let near = min(next, vec3u(end - 1u));
    let inside = next < vec3u(end);
    let a = slope(row, column);
    let b = select(vec4f(), slope(near.x, column), inside.x);
    let c = select(vec4f(), slope(near.y, column), inside.y);
    let d = select(vec4f(), slope(near.z, column), inside.z);
    weight += (a * normalised(row, column) + b * normalised(near.x, column))
      + (c * normalised(near.y, column) + d * normalised(near.z, column));
    bias += (a + b) + (c + d);
  }
  weights[lane] = weight;
  biases[lane] = bias;
  workgroupBarrier();
  for (var half = LANES / 2u; half >= WIDE; half /= 2u) {
    if (lane < half) {
      weights[lane] += weights[lane + half];
      biases[lane] += biases[lane + half];
    }
    workgroupBarrier();
  }
  if (lane < WIDE && own < params.n) {
    d_weight[part * params.n + column] = weights[lane];
    d_bias[part * params.n + column] = biases[lane];
  }
}
