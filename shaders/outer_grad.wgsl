// Gradients of out[i, j] = a[i]·b[j] from one reading of x = d_out [n, 4·quads]: d_a[i] = Σ_j d_out[i, j]·b[j] and
// d_b[j] = Σ_i d_out[i, j]·a[i], in parts that other launches join: partial_a [lanes, n] and partial_b [⌈n / ROWS⌉, 4·quads].
// An invocation takes ROWS rows, n being a multiple of four, and every lanes-th vec4 of them: neighbours read neighbours.
const ROWS = 8u;

struct Params { n: u32, quads: u32, lanes: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> partial_a: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> partial_b: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

fn element(i: u32) -> vec4<f32> { return x[i / 4u]; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (params.lanes == 0u) { return; }
  let part = i / params.lanes;
  let lane = i % params.lanes;
  let first = part * ROWS;
  if (first >= params.n) { return; }
  // Rows beyond the last one repeat it, times 0.
  var factors = array<f32, ROWS>();
  var start = array<u32, ROWS>();
  for (var r = 0u; r < ROWS; r++) {
    let row = min(first + r, params.n - 1u);
    factors[r] = select(0.0, a[row], first + r < params.n);
    start[r] = row * params.quads;
  }
  var sums = array<f32, ROWS>();
  for (var j = lane; j < params.quads; j += params.lanes) {
    let by = b[j];
    var down = vec4f();
    for (var r = 0u; r < ROWS; r++) {
      let d = element(4u * (start[r] + j));
      sums[r] += dot(d, by);
      down += d * factors[r];
    }
    partial_b[part * params.quads + j] = down;
  }
  let own = (lane * params.n + first) / 4u;
  for (var r = 0u; r < ROWS; r += 4u) {
    if (first + r < params.n) { partial_a[own + r / 4u] = vec4f(sums[r], sums[r + 1u], sums[r + 2u], sums[r + 3u]); }
  }
}
