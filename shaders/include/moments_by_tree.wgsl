// For kernels that give a channel, or a part of one, to a workgroup of LANES invocations, a power of two: what these know of
// their shares joined by Chan, Golub and LeVeque's formula, the means before the squares. The kernel declares mean_out,
// variance_out, rstd_out, and of params correction, eps and repeat.
// @include sum_of_lanes.wgsl

// Mean and Σ (x − mean)² of all elements from each invocation's count, mean and Σ (x − mean)²; `total` elements in all. Means
// are from an origin that is near all of them.
fn moments_by_tree(count: f32, own_mean: f32, squares: f32, total: f32, lane: u32) -> vec2f {
  let mean = sum_of_lanes(own_mean * count, lane) / total;
  let delta = own_mean - mean;
  return vec2f(mean, sum_of_lanes(squares + delta * delta * count, lane));
}

fn store_moments(o: u32, mean: f32, squares: f32, total: f32, lane: u32) {
  let variance = squares / (total - params.correction);
  for (var r = lane; r < params.repeat; r += LANES) {
    let at = o * params.repeat + r;
    mean_out[at] = mean;
    variance_out[at] = variance;
    rstd_out[at] = inverseSqrt(variance + params.eps);
  }
}
