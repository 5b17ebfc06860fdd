// softmax_cross_entropy.wgsl for labels that are classes, without smoothing, of 4·QUADS classes: few enough for an invocation to
// hold a row. It reads the row once, as vec4s, and takes each power once. For devices with few lanes.
// @include lifted.wgsl
const QUADS = 8u;
const WEIGHTED = 0u;
const LOSS = 1u;
const GRAD = 1u;

struct Params { rows: u32, ignore_index: i32, scale_stride: u32 }

@group(0) @binding(0) var<storage, read> logits: array<vec4f>;
@group(0) @binding(1) var<storage, read> labels: array<u32>; // bits of i32
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> scale: array<f32>;
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;
@group(0) @binding(5) var<storage, read_write> d_logits: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = gid.x + gid.y * groups.x * 64u;
  if (row >= params.rows) { return; }
  let start = row * QUADS;
  let label = labels[row];
  let counts = label < 4u * QUADS && bitcast<i32>(label) != params.ignore_index;
  let near = select(0u, label, counts);
  var mass = select(0.0, 1.0, counts);
  if (WEIGHTED == 1u && counts) { mass = weight[near]; }
  var x = array<vec4f, QUADS>();
  var four = vec4f(-1e38);
  for (var q = 0u; q < QUADS; q++) {
    x[q] = lifted_four(logits[start + q], -1e38);
    four = max(four, x[q]);
  }
  let two = max(four.xy, four.zw);
  let largest = max(two.x, two.y);
  let own = lifted(logits[start + near / 4u][near % 4u], -1e38);
  var shares = vec4f();
  for (var q = 0u; q < QUADS; q++) {
    x[q] = exp(x[q] - largest);
    shares += x[q];
  }
  let pairs = shares.xy + shares.zw;
  let total = pairs.x + pairs.y;
  let factor = mass * scale[row * params.scale_stride];
  if (LOSS == 1u) { losses[row] = select(0.0, (largest - own + log(total)) * factor, counts); }
  if (GRAD == 1u) {
    for (var q = 0u; q < QUADS; q++) {
      let is_own = select(vec4f(), vec4f(1.0), vec4u(4u * q) + vec4u(0u, 1u, 2u, 3u) == vec4u(near));
      d_logits[start + q] = select(vec4f(), (x[q] / total - is_own) * factor, counts);
    }
  }
}
