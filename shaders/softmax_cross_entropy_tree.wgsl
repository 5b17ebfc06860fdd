// softmax_cross_entropy.wgsl for devices with many lanes: each row is for LANES neighbours of a workgroup, which read neighbouring
// elements, four each in flight at once. Each lane keeps (m, Σ eˣ⁻ᵐ, Σ t, Σ t·(m − x)) of its share, m the largest so far, in
// one pass; a tree in workgroup memory joins them. The gradient reads the row once more, while it is in the cache.
// @include label_coefficients.wgsl
const LOSS = 1u;
const GRAD = 1u;
const SIZE = 64u; // invocations of a workgroup
const LANES = 64u; // those of a row, a power of two

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<u32>; // bits of i32, or with SOFT = 1 of f32
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> scale: array<f32>;
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;
@group(0) @binding(5) var<storage, read_write> d_logits: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

var<workgroup> shares: array<vec4f, SIZE>;

fn joined(a: vec4f, b: vec4f) -> vec4f {
  let m = max(a.x, b.x);
  return vec4f(
    m,
    a.y * exp(a.x - m) + b.y * exp(b.x - m),
    a.z + b.z,
    a.w + a.z * (m - a.x) + b.w + b.z * (m - b.x),
  );
}

fn places(c: u32) -> vec4u { return vec4u(c) + vec4u(0u, 1u, 2u, 3u) * LANES; }

// Behind the row its last class is taken.
fn near(c: u32) -> vec4u { return min(places(c), vec4u(params.classes - 1u)); }

fn four(start: u32, c: u32) -> vec4f {
  let i = vec4u(start) + near(c);
  return vec4f(logit(i.x), logit(i.y), logit(i.z), logit(i.w));
}

fn coefficients(start: u32, c: u32, label: u32) -> vec4f {
  let i = near(c);
  return vec4f(
    coefficient(start, i.x, label), coefficient(start, i.y, label), coefficient(start, i.z, label), coefficient(start, i.w, label),
  );
}

@compute @workgroup_size(SIZE)
fn main(
  @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) at: u32,
) {
  let first = (id.x + id.y * groups.x) * (SIZE / LANES);
  if (first >= params.rows) { return; }
  let lane = at % LANES;
  let row = min(first + at / LANES, params.rows - 1u);
  let n = select(0u, params.classes, row == first + at / LANES); // none beyond the last row
  let start = row * params.classes;
  var label = 0u;
  var counts = true;
  if (SOFT == 0u) {
    label = labels[row];
    counts = label < params.classes && bitcast<i32>(label) != params.ignore_index;
    label = select(0u, label, counts);
  }
  var share = vec4f(logit(start), 0.0, 0.0, 0.0);
  for (var c = lane; c < n; c += 4u * LANES) {
    let inside = places(c) < vec4u(n);
    let values = four(start, c);
    let m = max(share.x, max(max(values.x, values.y), max(values.z, values.w)));
    let e = select(vec4f(), exp(values - m), inside);
    share.y = share.y * exp(share.x - m) + dot(e, vec4f(1.0));
    if (DENSE == 1u) {
      let t = select(vec4f(), coefficients(start, c, label), inside);
      share.w += share.z * (m - share.x) + dot(t, m - values);
      share.z += dot(t, vec4f(1.0));
    }
    share.x = m;
  }
  shares[at] = share;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane < half) { shares[at] = joined(shares[at], shares[at + half]); }
    workgroupBarrier();
  }
  let all = shares[at - lane];
  let largest = all.x;
  let total = all.y;
  var mass = all.z;
  var apart = all.w;
  if (DENSE == 0u) {
    mass = class_weight(label);
    apart = mass * (largest - logit(start + label));
  }
  let factor = scale[row * params.scale_stride];
  if (LOSS == 1u && lane == 0u && n > 0u) { losses[row] = select(0.0, (apart + mass * log(total)) * factor, counts); }
  if (GRAD == 1u) {
    for (var c = lane; c < n; c += 4u * LANES) {
      let probabilities = exp(four(start, c) - largest) / total;
      let gradients = select(vec4f(), (probabilities * mass - coefficients(start, c, label)) * factor, vec4<bool>(counts));
      for (var k = 0u; k < 4u; k++) {
        if (c + k * LANES < n) { d_logits[start + c + k * LANES] = gradients[k]; }
      }
    }
  }
}
