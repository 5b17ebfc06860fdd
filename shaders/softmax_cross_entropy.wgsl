// For each row of logits [rows, classes], with coefficients t[c] ≥ 0 that follow from the row's label:
//   losses[r] = Σ t[c]·(log Σ eˣ − x[c]) · scale[r · scale_stride]                                    where LOSS = 1
//   d_logits[r, c] = (softmax(x)[c]·Σt − t[c]) · scale[r · scale_stride]                              where GRAD = 1
// both from one pass over the logits: what is read twice comes from the cache. What is not made is not bound to anything
// of size. t[c] = q[c]·weight[c], weight being 1 where WEIGHTED = 0. q is one for the label's class, or with SOFT = 1 the
// labels themselves, f32[rows, classes]; with DENSE = 1 smoothed to q·(1 − s) + s/classes (SOFT wants DENSE).
// A row whose label is no class, or the ignored one, gives 0. Logits below −1e38 count as −1e38, so that masks of −∞ do no
// harm; a NaN makes its row's results NaN. One invocation per row.
// @include label_coefficients.wgsl
const LOSS = 1u;
const GRAD = 1u;
const BLOCK = 64u; // classes that are summed apart: the shares of a smoothed label are too small to be added to its own one by one

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<u32>; // bits of i32, or with SOFT = 1 of f32
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> scale: array<f32>;
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;
@group(0) @binding(5) var<storage, read_write> d_logits: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = gid.x + gid.y * groups.x * 64u;
  if (row >= params.rows) { return; }
  let start = row * params.classes;
  var label = 0u;
  if (SOFT == 0u) {
    label = labels[row];
    if (label >= params.classes || bitcast<i32>(label) == params.ignore_index) {
      if (LOSS == 1u) { losses[row] = 0.0; }
      if (GRAD == 1u) {
        for (var c = 0u; c < params.classes; c++) { d_logits[start + c] = 0.0; }
      }
      return;
    }
  }
  var largest = -1e38; // whatever comes of a NaN here, the sum of powers is NaN
  for (var c = 0u; c < params.classes; c++) { largest = max(largest, logits[start + c]); }
  var sums = vec3f(); // Σ e^(x − largest), Σ t, Σ t·(largest − x)
  for (var first = 0u; first < params.classes; first += BLOCK) {
    var part = vec3f();
    let end = min(first + BLOCK, params.classes);
    for (var c = first; c < end; c++) {
      let below = largest - logit(start + c);
      var t = 0.0;
      if (DENSE == 1u) { t = coefficient(start, c, label); }
      part += vec3f(exp(-below), t, t * below);
    }
    sums += part;
  }
  let total = sums.x;
  var mass = sums.y;
  var apart = sums.z;
  if (DENSE == 0u) {
    mass = class_weight(label);
    apart = mass * (largest - logit(start + label));
  }
  let factor = scale[row * params.scale_stride];
  if (LOSS == 1u) { losses[row] = (apart + mass * log(total)) * factor; }
  if (GRAD == 1u) {
    for (var c = 0u; c < params.classes; c++) {
      let probability = exp(logit(start + c) - largest) / total;
      d_logits[start + c] = (probability * mass - coefficient(start, c, label)) * factor;
    }
  }
}
