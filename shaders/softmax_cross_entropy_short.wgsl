// softmax_cross_entropy_by_four.wgsl for any number of classes: they are read and their gradients written one by one.
// @include lifted.wgsl
const CLASSES = 10u;
const QUADS = 3u; // so many fours hold them
const WEIGHTED = 0u;
const LOSS = 1u;
const GRAD = 1u;

struct Params { rows: u32, ignore_index: i32, scale_stride: u32 }

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<u32>; // bits of i32
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> scale: array<f32>;
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;
@group(0) @binding(5) var<storage, read_write> d_logits: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = gid.x + gid.y * groups.x * 64u;
  if (row >= params.rows) { return; }
  let start = row * CLASSES;
  let label = labels[row];
  let counts = label < CLASSES && bitcast<i32>(label) != params.ignore_index;
  let near = select(0u, label, counts);
  var mass = select(0.0, 1.0, counts);
  if (WEIGHTED == 1u && counts) { mass = weight[near]; }
  var x = array<vec4f, QUADS>();
  var four = vec4f(-1e38);
  for (var q = 0u; q < QUADS; q++) {
    let c = vec4u(4u * q) + vec4u(0u, 1u, 2u, 3u);
    let i = vec4u(start) + min(c, vec4u(CLASSES - 1u));
    let four_here = lifted_four(vec4f(logits[i.x], logits[i.y], logits[i.z], logits[i.w]), -1e38);
    x[q] = select(vec4f(-3e38), four_here, c < vec4u(CLASSES)); // elements beyond the row get the power 0
    four = max(four, x[q]);
  }
  let two = max(four.xy, four.zw);
  let largest = max(two.x, two.y);
  let own = lifted(logits[start + near], -1e38);
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
      let c = vec4u(4u * q) + vec4u(0u, 1u, 2u, 3u);
      let is_own = select(vec4f(), vec4f(1.0), c == vec4u(near));
      let d = select(vec4f(), (x[q] / total - is_own) * factor, counts);
      d_logits[start + c.x] = d.x;
      if (c.y < CLASSES) { d_logits[start + c.y] = d.y; }
      if (c.z < CLASSES) { d_logits[start + c.z] = d.z; }
      if (c.w < CLASSES) { d_logits[start + c.w] = d.w; }
    }
  }
}
