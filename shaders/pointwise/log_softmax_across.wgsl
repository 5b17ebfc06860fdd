// (x − m) − log Σ eˣ⁻ᵐ: subtracted one after the other, since the sum of both would be rounded to the size of the larger.
fn log_softmax_across(x: f32, largest: f32, log_total: f32) -> f32 {
  return (x - largest) - log_total;
}
