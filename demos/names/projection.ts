// Principal components: the plane in which vectors differ the most.

/** Turns of the power iteration: each look goes on from the one before. */
const TURNS = 24;

/** Places vectors in the plane of their two largest principal components. */
export class Projection {
  #axes: Float64Array[] = [];

  /**
   * @param vectors row after row
   * @param kinds where given, the plane is turned so that the first kind lies to the left
   * @returns places [rows, 2], the widest from −1 to 1
   */
  of(vectors: Float32Array, width: number, kinds?: readonly number[]): Float32Array {
    const rows = vectors.length / width;
    const centred = centre(vectors, width, rows);
    const axes: Float64Array[] = [];
    for (let a = 0; a < 2; a++) {
      let axis = this.#axes[a]?.length === width ? this.#axes[a]! : firstGuess(width, a);
      for (let turn = 0; turn < TURNS; turn++) axis = turned(centred, width, rows, axis, axes);
      axes.push(axis);
    }
    this.#axes = axes;
    const places = new Float32Array(2 * rows);
    for (let i = 0; i < 2 * rows; i++) places[i] = dot(centred, (i >> 1) * width, axes[i % 2]!);
    if (kinds && leaning(places, kinds) < 0) {
      this.#axes[0] = axes[0]!.map((v) => -v);
      for (let r = 0; r < rows; r++) places[2 * r]! *= -1;
    }
    const reach = places.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-12);
    return places.map((v) => v / reach);
  }
}

function centre(vectors: Float32Array, width: number, rows: number): Float64Array {
  const mean = new Float64Array(width);
  vectors.forEach((v, i) => {
    mean[i % width]! += v / rows;
  });
  return Float64Array.from(vectors, (v, i) => v - mean[i % width]!);
}

const firstGuess = (width: number, axis: number): Float64Array =>
  Float64Array.from({ length: width }, (_, i) => Math.cos((axis + 1) * (i + 1)));

/** One turn: `Xᵀ·X·axis`, without what the axes before have, of length 1. */
function turned(x: Float64Array, width: number, rows: number, axis: Float64Array, before: readonly Float64Array[]) {
  const next = new Float64Array(width);
  for (let r = 0; r < rows; r++) {
    const along = dot(x, r * width, axis);
    for (let i = 0; i < width; i++) next[i]! += along * x[r * width + i]!;
  }
  for (const other of before) {
    const shared = dot(next, 0, other);
    for (let i = 0; i < width; i++) next[i]! -= shared * other[i]!;
  }
  const length = Math.hypot(...next) || 1;
  return next.map((v) => v / length);
}

function dot(x: Float64Array, start: number, axis: Float64Array): number {
  let total = 0;
  for (let i = 0; i < axis.length; i++) total += x[start + i]! * axis[i]!;
  return total;
}

/** Above 0 where kind 1 lies to the right of kind 0. */
const leaning = (places: Float32Array, kinds: readonly number[]): number => {
  const mean = (kind: number) => {
    const at = kinds.flatMap((k, r) => (k === kind ? [places[2 * r]!] : []));
    return at.reduce((a, b) => a + b, 0) / (at.length || 1);
  };
  return mean(1) - mean(0);
};
