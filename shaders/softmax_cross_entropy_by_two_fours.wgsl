// softmax_cross_entropy_by_four.wgsl for rows that are too long to be held: each is read twice, two vec4s at a time, and its sum of
// powers is rescaled where the largest logit so far grows. One invocation per row.
// @include lifted.wgsl
const WEIGHTED = 0u;
const LOSS = 1u;
const GRAD = 1u;

struct Params { rows: u32, quads: u32, ignore_index: i32, scale_stride: u32 }

@group(0) @binding(0) var<storage, read> logits: array<vec4f>;
@group(0) @binding(1) var<storage, read> labels: array<u32>; // bits of i32
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> scale: array<f32>;
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;
@group(0) @binding(5) var<storage, read_write> d_logits: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

fn four(i: u32) -> vec4f { return lifted_four(logits[i], -1e38); }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = gid.x + gid.y * groups.x * 64u;
  if (row >= params.rows) { return; }
  let start = row * params.quads;
  let label = labels[row];
  let counts = label < 4u * params.quads && bitcast<i32>(label) != params.ignore_index;
  let near = select(0u, label, counts);
  var mass = select(0.0, 1.0, counts);
  if (WEIGHTED == 1u && counts) { mass = weight[near]; }
  var largest = -1e38;
  var total = 0.0; // Σ e^(x − largest)
  for (var q = 0u; q < params.quads; q += 2u) {
    let second = min(q + 1u, params.quads - 1u);
    let a = four(start + q);
    let b = four(start + second);
    let fours = max(a, b);
    let two = max(fours.xy, fours.zw);
    let before = largest;
    largest = max(largest, max(two.x, two.y));
    let shares = exp(a - largest) + select(vec4f(), exp(b - largest), second > q);
    let pairs = shares.xy + shares.zw;
    total = total * exp(before - largest) + pairs.x + pairs.y;
  }
  let own = lifted(logits[start + near / 4u][near % 4u], -1e38);
  let factor = mass * scale[row * params.scale_stride];
  if (LOSS == 1u) { losses[row] = select(0.0, (largest - own + log(total)) * factor, counts); }
  if (GRAD == 1u) {
    for (var q = 0u; q < params.quads; q += 2u) {
      let second = min(q + 1u, params.quads - 1u);
      let a = four(start + q);
      let b = four(start + second);
      let places = vec4u(4u * q) + vec4u(0u, 1u, 2u, 3u);
      let is_own = select(vec4f(), vec4f(1.0), places == vec4u(near));
      let is_own_too = select(vec4f(), vec4f(1.0), places + 4u == vec4u(near));
      d_logits[start + q] = select(vec4f(), (exp(a - largest) / total - is_own) * factor, counts);
      if (second > q) {
        d_logits[start + second] = select(vec4f(), (exp(b - largest) / total - is_own_too) * factor, counts);
      }
    }
  }
}
