// eˣ⁻ᵐ / Σ eˣ⁻ᵐ, for an element whose row has the maximum m and the sum Σ.
fn softmax_across(x: f32, largest: f32, total: f32) -> f32 {
  return exp(x - largest) / total;
}
