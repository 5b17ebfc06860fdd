// softmax_cross_entropy.wgsl for one label per row (SOFT = DENSE = 0) and rows of whole vec4s that invocations hold, for devices
// with many lanes: memory is read once for loss and gradient. Each row is for LANES neighbours of a workgroup. n is the
// number of classes in fours, n ≤ LANES · HELD.
// @include lifted.wgsl
// @include row_by_tree.wgsl
const WEIGHTED = 0u;
const LOSS = 1u;
const GRAD = 1u;
const SIZE = 64u; // invocations of a workgroup
const LANES = 64u; // those of a row
const HELD = 1u; // vec4s of a row that an invocation holds

struct Params { rows: u32, n: u32, ignore_index: i32, scale_stride: u32 }

@group(0) @binding(0) var<storage, read> logits: array<vec4f>;
@group(0) @binding(1) var<storage, read> labels: array<u32>; // bits of i32
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> scale: array<f32>;
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;
@group(0) @binding(5) var<storage, read_write> d_logits: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

// So that −∞ minus −∞ does not come up.
fn logit(i: u32) -> vec4f { return lifted_four(logits[i], -1e38); }

@compute @workgroup_size(SIZE)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) at: u32,
) {
  let first = (id.x + id.y * groups.x) * (SIZE / LANES);
  if (first >= params.rows) { return; }
  let lane = at % LANES;
  let row = min(first + at / LANES, params.rows - 1u);
  let n = select(0u, params.n, row == first + at / LANES); // none beyond the last row
  let start = row * params.n;
  var held: array<vec4f, HELD>;
  for (var h = 0u; h < HELD; h++) { held[h] = logit(start + min(lane + h * LANES, params.n - 1u)); } // the last one is repeated
  let named = labels[row];
  let counts = named < 4u * params.n && bitcast<i32>(named) != params.ignore_index;
  let label = select(0u, named, counts);
  let factor = select(0.0, scale[row * params.scale_stride], counts);
  var mass = 1.0;
  if (WEIGHTED == 1u) { mass = weight[label]; }
  let right = logit(start + label / 4u)[label % 4u];
  var four = held[0];
  for (var h = 1u; h < HELD; h++) { four = max(four, held[h]); }
  let largest = largest_by_tree(max(max(four.x, four.y), max(four.z, four.w)), at);
  var share = 0.0;
  for (var h = 0u; h < HELD; h++) {
    held[h] = exp(held[h] - largest);
    share += select(0.0, dot(held[h], vec4f(1.0)), lane + h * LANES < n);
  }
  let total = sum_by_tree(vec2f(share, 0.0), at).x;
  if (LOSS == 1u && lane == 0u && n > 0u) {
    losses[row] = select(0.0, (mass * (largest - right) + mass * log(total)) * factor, counts);
  }
  if (GRAD == 1u) {
    for (var h = 0u; h < HELD; h++) {
      let i = lane + h * LANES;
      if (i < n) {
        let taken = vec4f(4u * vec4u(i) + vec4u(0u, 1u, 2u, 3u) == vec4u(label));
        d_logits[start + i] = select(vec4f(), (held[h] / total - taken) * mass * factor, counts);
      }
    }
  }
}
