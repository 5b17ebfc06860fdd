// The gradient of products up to each element. `after` is Σ d_out · out from x on; where no zero came so far, the products
// without x are out / x. For the first zero they are those with 1 in its place, of which `without` is the sum.
// All that follow a zero count for nothing. `zeros` counts those up to x.
fn cumprod_grad(x: f32, zeros: f32, after: f32, without: f32) -> f32 {
  let first = select(0.0, without, x == 0.0 && zeros == 1.0);
  return select(first, after / x, zeros == 0.0);
}
