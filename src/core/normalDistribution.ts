/** Mass of the standard normal distribution above z: Q(z) = erfc(z / √2) / 2, precise in the tail too. */
export function massAbove(z: number): number {
  if (z < 0) return 1 - massAbove(-z);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z > 3.5) return density * continuedFraction(z);
  // Φ(z) − ½ = φ(z)·(z + z³/3 + z⁵/(3·5) + …): all terms are positive.
  let term = z;
  let sum = z;
  for (let k = 3; term > sum * 1e-17; k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return 0.5 - density * sum;
}

/** Q(z) / φ(z) = 1 / (z + 1 / (z + 2 / (z + 3 / …))), Laplace's continued fraction. */
function continuedFraction(z: number): number {
  let below = z;
  for (let k = 60; k >= 1; k--) below = z + k / below;
  return 1 / below;
}

/** The parts of the distribution below a, from a to b, and above b; a < b. */
export function masses(a: number, b: number): { below: number; mass: number; above: number } {
  const mass = a > 0 ? massAbove(a) - massAbove(b) : massAbove(-b) - massAbove(-a);
  return { below: massAbove(-a), mass, above: massAbove(b) };
}

/**
 * The z with mass p below it and q = 1 − p above: √2·erf⁻¹(p − q), to 1e-6 up to 5 standard deviations.
 * @see Giles 2010, "Approximating the erfinv function"; the same function is in shaders/include/distributions.wgsl
 */
export function quantile(p: number, q: number): number {
  const w = -Math.log(4 * p * q);
  const [terms, at] = w < 5 ? [CENTRE, w - 2.5] : [TAIL, Math.sqrt(w) - 3];
  return Math.SQRT2 * terms.reduce((r, c) => c + r * at, 0) * (p - q);
}

const CENTRE = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
  0.246640727, 1.50140941,
];
const TAIL = [
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
  1.00167406, 2.83297682,
];
