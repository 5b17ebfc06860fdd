// The entry point of softmax_cross_entropy_by_four.wgsl and softmax_cross_entropy_short.wgsl: an invocation holds a row of CLASSES
// logits in QUADS fours. The kernel declares these, `four_of(row, q)`, the logits of a four, below −1e38 beyond the row;
// `logit_of(row, label)`; and `store(row, q, four)` for d_logits.
// @include lifted.wgsl
const WEIGHTED = 0u;
const LOSS = 1u;
const GRAD = 1u;

struct Params { rows: u32, ignore_index: i32, scale_stride: u32 }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = gid.x + gid.y * groups.x * 64u;
  if (row >= params.rows) { return; }
  let label = labels[row];
  let counts = label < CLASSES && bitcast<i32>(label) != params.ignore_index;
  let near = select(0u, label, counts);
  var mass = select(0.0, 1.0, counts);
  if (WEIGHTED == 1u && counts) { mass = weight[near]; }
  var x = array<vec4f, QUADS>();
  var four = vec4f(-1e38);
  for (var q = 0u; q < QUADS; q++) {
    x[q] = four_of(row, q);
    four = max(four, x[q]);
  }
  let two = max(four.xy, four.zw);
  let largest = max(two.x, two.y);
  let own = lifted(logit_of(row, near), -1e38);
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
      store(row, q, select(vec4f(), (x[q] / total - is_own) * factor, counts));
    }
  }
}
