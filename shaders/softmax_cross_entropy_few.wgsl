// The loss of few short rows of logits [rows, classes] as one number, and its gradient, by one workgroup:
//   loss = factor · Σ_r w[label r]·(log Σ eˣ − x[label r]),  d_logits[r, c] = factor·w[label r]·(softmax(x)[c] − (c = label r))
// w being 1 where WEIGHTED = 0, and factor 1 or, where MEAN = 1, one over the sum of the weights (0 where that is 0).
// What is not made (GRAD = 0) is not bound to anything of size. A row whose label is no class, or the ignored one, gives 0.
// Logits below −1e38 count as −1e38; a NaN makes the loss NaN, and its row's gradient. A lane makes every LANES-th row.
// @include lifted.wgsl
// @include sum_of_lanes.wgsl
const FREE_LANES = 128u; // any power of two does
const LANES = FREE_LANES;
const WEIGHTED = 0u;
const MEAN = 1u;
const GRAD = 1u;

struct Params { rows: u32, classes: u32, ignore_index: i32 }

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<u32>; // bits of i32
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read_write> loss: array<f32>;
@group(0) @binding(4) var<storage, read_write> d_logits: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

fn logit(i: u32) -> f32 { return lifted(logits[i], -1e38); }

// What a row with this label counts for.
fn mass(label: u32) -> f32 {
  if (label >= params.classes || bitcast<i32>(label) == params.ignore_index) { return 0.0; }
  if (WEIGHTED == 1u) { return weight[label]; }
  return 1.0;
}

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32) {
  var factor = 1.0;
  if (MEAN == 1u) {
    var own = 0.0;
    for (var row = lane; row < params.rows; row += LANES) { own += mass(labels[row]); }
    let all = sum_of_lanes(own, lane);
    factor = select(0.0, 1.0 / all, all != 0.0);
  }
  var made = 0.0;
  for (var row = lane; row < params.rows; row += LANES) {
    let label = labels[row];
    let counts = mass(label);
    let start = row * params.classes;
    let near = start + min(label, params.classes - 1u);
    var largest = -1e38; // whatever comes of a NaN here, the sum of powers is NaN
    for (var c = 0u; c < params.classes; c++) { largest = max(largest, logits[start + c]); }
    var total = 0.0;
    for (var c = 0u; c < params.classes; c++) { total += exp(logit(start + c) - largest); }
    made += select(0.0, counts * (largest - logit(near) + log(total)), counts != 0.0);
    if (GRAD == 1u) {
      for (var i = start; i < start + params.classes; i++) {
        let slope = exp(logit(i) - largest) / total - select(0.0, 1.0, i == near);
        d_logits[i] = select(0.0, slope * counts * factor, counts != 0.0);
      }
    }
  }
  let all = sum_of_lanes(made, lane);
  if (lane == 0u) { loss[0] = all * factor; }
}
