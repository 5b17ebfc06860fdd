// softmax_cross_entropy.wgsl with one workgroup a row, for devices with many lanes: neighbouring invocations read
// neighbouring elements. Each lane keeps (m, Σ eˣ⁻ᵐ, Σ t, Σ t·(m − x)) of its share, m the largest so far, in one pass; a
// tree in workgroup memory joins them. The gradient reads the row once more, while it is in the cache.
const SOFT = 0u;
const DENSE = 0u;
const WEIGHTED = 0u;
const LOSS = 1u;
const GRAD = 1u;
const LANES = 64u; // a power of two

struct Params { rows: u32, classes: u32, ignore_index: i32, scale_stride: u32, smoothing: f32 }

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<u32>; // bits of i32, or with SOFT = 1 of f32
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> scale: array<f32>;
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;
@group(0) @binding(5) var<storage, read_write> d_logits: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

var<workgroup> shares: array<vec4f, LANES>;

fn logit(i: u32) -> f32 { return max(logits[i], -1e38); }

fn class_weight(c: u32) -> f32 {
  if (WEIGHTED == 1u) { return weight[c]; }
  return 1.0;
}

fn coefficient(start: u32, c: u32, label: u32) -> f32 {
  var q = select(0.0, 1.0, c == label);
  if (SOFT == 1u) { q = bitcast<f32>(labels[start + c]); }
  if (DENSE == 1u) { q = q * (1.0 - params.smoothing) + params.smoothing / f32(params.classes); }
  return q * class_weight(c);
}

fn joined(a: vec4f, b: vec4f) -> vec4f {
  let m = max(a.x, b.x);
  return vec4f(
    m,
    a.y * exp(a.x - m) + b.y * exp(b.x - m),
    a.z + b.z,
    a.w + a.z * (m - a.x) + b.w + b.z * (m - b.x),
  );
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let row = id.x + id.y * groups.x;
  if (row >= params.rows) { return; }
  let start = row * params.classes;
  var label = 0u;
  var counts = true;
  if (SOFT == 0u) {
    label = labels[row];
    counts = label < params.classes && bitcast<i32>(label) != params.ignore_index;
    label = select(0u, label, counts);
  }
  var share = vec4f(logit(start), 0.0, 0.0, 0.0);
  for (var c = lane; c < params.classes; c += LANES) {
    let x = logit(start + c);
    let m = max(share.x, x);
    // One of the two exponentials of an online softmax is always that of 0.
    let e = exp(-abs(x - share.x));
    share.y = select(share.y + e, share.y * e + 1.0, x > share.x);
    if (DENSE == 1u) {
      let t = coefficient(start, c, label);
      share.w += share.z * (m - share.x) + t * (m - x);
      share.z += t;
    }
    share.x = m;
  }
  shares[lane] = share;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane < half) { shares[lane] = joined(shares[lane], shares[lane + half]); }
    workgroupBarrier();
  }
  let largest = shares[0].x;
  let total = shares[0].y;
  var mass = shares[0].z;
  var apart = shares[0].w;
  if (DENSE == 0u) {
    mass = class_weight(label);
    apart = mass * (largest - logit(start + label));
  }
  let factor = scale[row * params.scale_stride];
  if (LOSS == 1u && lane == 0u) { losses[row] = select(0.0, (apart + mass * log(total)) * factor, counts); }
  if (GRAD == 1u) {
    for (var c = lane; c < params.classes; c += LANES) {
      let probability = exp(logit(start + c) - largest) / total;
      let gradient = (probability * mass - coefficient(start, c, label)) * factor;
      d_logits[start + c] = select(0.0, gradient, counts);
    }
  }
}
