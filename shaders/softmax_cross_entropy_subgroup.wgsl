enable subgroups;

// softmax_cross_entropy.wgsl for labels that are classes, without smoothing, where the classes are 4·quads, by subgroups: a
// workgroup is one subgroup and makes `each` rows, its lanes reading neighbouring vec4s. For devices as of
// matmul_subgroup.wgsl, where loads are dear and barriers dearer.
// @include lifted.wgsl
const WEIGHTED = 0u;
const LOSS = 1u;
const GRAD = 1u;
const LANES = 8u; // the device's subgroup size

struct Params { rows: u32, quads: u32, each: u32, ignore_index: i32, scale_stride: u32 }

@group(0) @binding(0) var<storage, read> logits: array<vec4f>;
@group(0) @binding(1) var<storage, read> labels: array<u32>; // bits of i32
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> scale: array<f32>;
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;
@group(0) @binding(5) var<storage, read_write> d_logits: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

fn logit(i: u32) -> vec4f { return lifted_four(logits[i], -1e38); }

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let first = (id.x + id.y * groups.x) * params.each;
  let last = min(first + params.each, params.rows);
  for (var row = first; row < last; row++) {
    let start = row * params.quads;
    let end = start + params.quads;
    let label = labels[row];
    let counts = label < 4u * params.quads && bitcast<i32>(label) != params.ignore_index;
    let near = select(0u, label, counts);
    var mass = select(0.0, 1.0, counts);
    if (WEIGHTED == 1u && counts) { mass = weight[near]; }
    var four = vec4f(-1e38); // whatever comes of a NaN here, the sum of powers is NaN
    for (var i = start + lane; i < end; i += LANES) { four = max(four, logits[i]); }
    let two = max(four.xy, four.zw);
    let largest = subgroupMax(max(two.x, two.y));
    var shares = vec4f();
    for (var i = start + lane; i < end; i += LANES) { shares += exp(logit(i) - largest); }
    let pairs = shares.xy + shares.zw;
    let total = subgroupAdd(pairs.x + pairs.y);
    let factor = mass * scale[row * params.scale_stride];
    if (LOSS == 1u && lane == 0u) {
      let own = logit(start + near / 4u)[near % 4u];
      losses[row] = select(0.0, (largest - own + log(total)) * factor, counts);
    }
    if (GRAD == 1u) {
      for (var i = lane; i < params.quads; i += LANES) {
        let q = select(vec4f(), vec4f(1.0), vec4u(4u * i) + vec4u(0u, 1u, 2u, 3u) == vec4u(near));
        let slope = (exp(logit(start + i) - largest) / total - q) * factor;
        d_logits[start + i] = select(vec4f(), slope, counts);
      }
    }
  }
}
