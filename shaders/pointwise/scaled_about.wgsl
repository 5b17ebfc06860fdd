// (x − mean)·scale + bias, for one element of a channel of which these three are known.
fn scaled_about(x: f32, mean: f32, scale: f32, bias: f32) -> f32 {
  return (x - mean) * scale + bias;
}
