// As batch_norm_grad.wgsl where the elements normalised together have several weights: with g = d_out·weight, sum = Σ g and
// product_sum = Σ g·x̂ it is rstd·(g − (sum + x̂·product_sum)/n).
fn group_norm_grad(
  d_out: f32, x: f32, mean: f32, rstd: f32, weight: f32, sum: f32, product_sum: f32, per_count: f32,
) -> f32 {
  return rstd * (d_out * weight - (sum + (x - mean) * rstd * product_sum) * per_count);
}
