// aᵇ = 2^(b · log₂|a|), negative where a is and b is an odd integer; NaN where a < 0 and b is no integer.
// a⁰ = 1; 0ᵇ is 0 for b > 0 and ∞ for b < 0. Relative error about 1e-7 · (1 + |b · log₂|a||).
// NaN and ∞ are put together from bits that are known at run time only: WGSL refuses constants that are not finite.
fn power(a: f32, b: f32) -> f32 {
  let zero = bitcast<u32>(abs(b)) >> 31u;
  let whole = floor(b) == b;
  let odd = floor(b * 0.5) != b * 0.5 && whole;
  let size = select(exp2(b * log2(abs(a))), select(0.0, bitcast<f32>(0x7f800000u | zero), b < 0.0), a == 0.0);
  let signed = select(size, -size, a < 0.0 && odd);
  let real = select(signed, bitcast<f32>(0x7fc00000u | zero), a < 0.0 && !whole);
  return select(real, 1.0, b == 0.0);
}
