// erf(x) = 2/√π ∫₀ˣ e^(−t²) dt, |error| ≤ 1.5e-7, and as good relative to the result for |x| ≤ 1.
// Up to 1 an odd polynomial; beyond, erfc(x) = e^(−q(x)) with a polynomial q. Both are minimax fits to f64 values.
fn erf(x: f32) -> f32 {
  let z = x * x;
  let inner = x + x * (0.12837917 + z * (-0.376126258 + z * (0.112835851 + z * (-0.0268538119 + z * (0.00518832756 + z * (-0.00080101925 + z * 7.85385764e-5))))));
  let u = min(abs(x), 4.0);
  let q = 0.00267169059 + u * (1.11743853 + u * (0.654488886 + u * (0.0886342174 + u * (-0.0147781349 + u * 0.00115042412))));
  let outer = 1.0 - exp(-q);
  return select(select(outer, -outer, x < 0.0), inner, abs(x) <= 1.0);
}
