// d_out times the product of all elements but x, from the product `rest` of those that are not 0 and the number of `zeros`:
// where there are others that are 0 it is 0, else rest / x, or rest itself for the one that is 0.
fn prod_grad(x: f32, rest: f32, zeros: f32, d_out: f32) -> f32 {
  let others = select(rest / x, rest, x == 0.0);
  return select(0.0, others * d_out, zeros == select(0.0, 1.0, x == 0.0));
}
