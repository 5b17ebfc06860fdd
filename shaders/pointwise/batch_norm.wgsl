// (x − mean)·rstd·weight + bias, for one element of a channel whose mean and 1/√(σ² + eps) are known.
fn batch_norm(x: f32, mean: f32, rstd: f32, weight: f32, bias: f32) -> f32 {
  return (x - mean) * rstd * weight + bias;
}
