// dx where mean and variance depend on x too: weight·rstd·(d_out − (sum + x̂·product_sum)/n), x̂ = (x − mean)·rstd,
// sum = Σ d_out and product_sum = Σ d_out·x̂ over the channel; `per_count` is 1/n.
fn batch_norm_grad(
  d_out: f32, x: f32, mean: f32, rstd: f32, weight: f32, sum: f32, product_sum: f32, per_count: f32,
) -> f32 {
  return weight * rstd * (d_out - (sum + (x - mean) * rstd * product_sum) * per_count);
}
