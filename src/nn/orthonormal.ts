/**
 * Vectors made orthonormal one after the other, by the Gram–Schmidt process in f64: from each its projections on those before it
 * are subtracted, twice, since once leaves rounding errors where it is nearly a combination of them ("twice is enough").
 * @param vectors `count` of them, each of `n` numbers, linearly independent; `count` ≤ `n`
 * @see Giraud, Langou and Rozložník 2005, "The loss of orthogonality in the Gram-Schmidt orthogonalization process"
 */
export function orthonormalColumns(vectors: ArrayLike<number>, n: number, count: number): Float64Array {
  const out = Float64Array.from(vectors);
  const of = (i: number) => out.subarray(i * n, (i + 1) * n);
  for (let i = 0; i < count; i++) {
    const v = of(i);
    for (let pass = 0; pass < 2; pass++) for (let j = 0; j < i; j++) subtractProjection(v, of(j));
    const norm = Math.sqrt(dot(v, v));
    for (let k = 0; k < n; k++) v[k]! /= norm;
  }
  return out;
}

function subtractProjection(v: Float64Array, unit: Float64Array): void {
  const share = dot(v, unit);
  for (let k = 0; k < v.length; k++) v[k]! -= share * unit[k]!;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}
