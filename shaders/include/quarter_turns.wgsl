// sin(x + ahead · π/2): with k the nearest whole number of quarter turns and r the rest, ±sin(r) or ±cos(r) by polynomials in r².
// The quarter turns are taken off in three parts, of which the first two times k are exact for |x| < 100,000: there the error is
// below 1e-7 where the subtractions are made in the order written. Beyond, it jumps to 1e-2. WGSL's own functions need only be
// right to 5e-4, and some are no better.
fn sine_ahead(x: f32, ahead: i32) -> f32 {
  let k = round(x * 0.63661977);
  let r = x - k * 1.5703125 - k * 0.000482559204101563 - k * 1.267590795e-6;
  let z = r * r;
  let odd = r + r * z * (-0.16666654 + z * (0.0083321185 - z * 0.000195090623));
  let even = 1.0 - 0.5 * z + z * z * (0.0416666453 + z * (-0.00138872889 + z * 2.44292109e-5));
  let quarter = (i32(k) + ahead) & 3;
  return select(1.0, -1.0, quarter >= 2) * select(odd, even, (quarter & 1) == 1);
}
