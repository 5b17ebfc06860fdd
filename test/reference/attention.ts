import { threefry2x32, toUnit } from "../../src/core/random";
import type { Reference } from "../ops/opCase";
import { element, tabulate } from "../ops/reference";

interface Options {
  causal?: boolean;
  scale?: number;
  dropout?: number;
  lengths?: Reference | undefined;
  /** Of whole numbers: whether a key may be seen; else it is added to the scores. */
  mask?: Reference | undefined;
  /** Seed and step; the stream is 0. */
  random?: Reference | undefined;
}

/** softmax(scale · q·kᵀ) · v in f64, for q, k and v [.., T, E]. */
export function attentionReference(
  [q, k, v]: readonly [Reference, Reference, Reference],
  { causal, scale, dropout = 0, lengths, mask, random }: Options,
): Reference {
  const lead = q.shape.slice(0, -2);
  const [tq, e] = q.shape.slice(-2) as [number, number];
  const tk = k.shape.at(-2)!;
  const factor = scale ?? 1 / Math.sqrt(e);
  const range = (n: number) => Array.from({ length: n }, (_, i) => i);
  const whole = mask?.data.every((m) => m === 0 || m === 1);
  const maskAt = (at: readonly number[]) => {
    if (!mask) return whole ? 1 : 0;
    const own = at.slice(at.length - mask.shape.length);
    return element(
      mask,
      own.map((i, d) => (mask.shape[d] === 1 ? 0 : i)),
    );
  };
  const kept = (at: readonly number[]) => {
    if (!dropout) return 1;
    const n = at.reduce((sum, i, d) => sum * [...lead, tq, tk][d]! + i, 0);
    const [seed, step] = random!.data as unknown as [number, number];
    return toUnit(threefry2x32(seed, 0, n >>> 1, step)[n % 2]!) >= dropout ? 1 / (1 - dropout) : 0;
  };
  const weightsOf = (at: readonly number[], i: number): number[] => {
    const end = Math.min(lengths?.data[at[0]!] ?? tk, causal ? i + 1 : tk);
    const scores = range(tk).map((j) => {
      const m = maskAt([...at, i, j]);
      if (j >= end || (whole && m === 0)) return Number.NEGATIVE_INFINITY;
      const dot = range(e).reduce((s, c) => s + element(q, [...at, i, c]) * element(k, [...at, j, c]), 0);
      return factor * dot + (whole ? 0 : m);
    });
    const largest = Math.max(...scores);
    if (largest === Number.NEGATIVE_INFINITY) return scores.map(() => 0);
    const powers = scores.map((s) => Math.exp(s - largest));
    const total = powers.reduce((a, b) => a + b, 0);
    return powers.map((p, j) => (p / total) * kept([...at, i, j]));
  };
  const rows = new Map<string, number[]>();
  return tabulate(q.shape, (at) => {
    const [outer, i, c] = [at.slice(0, -2), at.at(-2)!, at.at(-1)!];
    const name = String([...outer, i]);
    if (!rows.has(name)) rows.set(name, weightsOf(outer, i));
    return rows.get(name)!.reduce((s, w, j) => s + w * element(v, [...outer, j, c]), 0);
  });
}
