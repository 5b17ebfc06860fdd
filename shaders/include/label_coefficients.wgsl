// The logits of softmax_cross_entropy.wgsl and softmax_cross_entropy_tree.wgsl, and the coefficients t that follow from the label.
// @include lifted.wgsl
const SOFT = 0u;
const DENSE = 0u;
const WEIGHTED = 0u;

struct Params { rows: u32, classes: u32, ignore_index: i32, scale_stride: u32, smoothing: f32 }

fn logit(i: u32) -> f32 { return lifted(logits[i], -1e38); }

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
