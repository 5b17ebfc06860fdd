// loss = Σ losses / Σ weights (MEAN 1) or Σ losses (MEAN 0), and inverse = 1 / Σ weights, or 1: what the gradient of each
// row is multiplied with. One workgroup: every invocation adds up every 64th row, then a tree joins them.
const MEAN = 1u;
const INVOCATIONS = 64u;

struct Params { rows: u32 }

@group(0) @binding(0) var<storage, read> losses: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read_write> loss: array<f32>;
@group(0) @binding(3) var<storage, read_write> inverse: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

var<workgroup> sums: array<vec2f, INVOCATIONS>;

@compute @workgroup_size(INVOCATIONS)
fn main(@builtin(local_invocation_index) index: u32) {
  var sum = vec2f();
  for (var row = index; row < params.rows; row += INVOCATIONS) { sum += vec2f(losses[row], weights[row]); }
  sums[index] = sum;
  workgroupBarrier();
  for (var half = INVOCATIONS / 2u; half > 0u; half /= 2u) {
    if (index < half) { sums[index] += sums[index + half]; }
    workgroupBarrier();
  }
  if (index == 0u) {
    let count = select(1.0, sums[0].y, MEAN == 1u);
    loss[0] = sums[0].x / count;
    inverse[0] = 1.0 / count;
  }
}
