// Recurrent networks in f64, written from their formulas, one sequence and one step after the other.
import type { Reference } from "../ops/opCase";

export type CellName = "lstm" | "gru" | "gruResetFirst" | "tanh" | "relu";

/** Weights of one layer and direction, by rows. */
export interface Weights {
  readonly ih: Reference;
  readonly hh: Reference;
  readonly bias: readonly (Reference | undefined)[];
}

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

/** row j of a matrix times a vector */
const dot = ({ data, shape }: Reference, j: number, v: readonly number[]) =>
  v.reduce((total, x, k) => total + data[j * shape[1]! + k]! * x, 0);

/** One step of one sequence. `inputs` are the gates' shares of x, `hh` and `bias` the recurrent ones. */
function cellStep(
  cell: CellName,
  inputs: readonly number[],
  hh: Reference,
  bias: Reference | undefined,
  h: readonly number[],
  c: readonly number[],
): [number[], number[]] {
  const n = h.length;
  const units = range(n);
  const own = (gate: number, u: number, state = h) => dot(hh, gate * n + u, state) + (bias?.data[gate * n + u] ?? 0);
  const all = (gate: number, u: number) => inputs[gate * n + u]! + own(gate, u);
  if (cell === "lstm") {
    const after = units.map((u) => sigmoid(all(1, u)) * c[u]! + sigmoid(all(0, u)) * Math.tanh(all(2, u)));
    return [units.map((u) => sigmoid(all(3, u)) * Math.tanh(after[u]!)), after];
  }
  if (cell === "tanh") return [units.map((u) => Math.tanh(all(0, u))), []];
  if (cell === "relu") return [units.map((u) => Math.max(0, all(0, u))), []];
  const r = units.map((u) => sigmoid(all(0, u)));
  const z = units.map((u) => sigmoid(all(1, u)));
  const reset = h.map((v, u) => r[u]! * v);
  const candidate = units.map((u) =>
    Math.tanh(inputs[2 * n + u]! + (cell === "gru" ? r[u]! * own(2, u) : own(2, u, reset))),
  );
  return [units.map((u) => (1 - z[u]!) * candidate[u]! + z[u]! * h[u]!), []];
}

interface NetworkOptions {
  readonly cell: CellName;
  readonly layers: readonly Weights[];
  /** Default 1. */
  readonly directions?: 1 | 2;
  /** The single direction is from the last step to the first. */
  readonly reverse?: boolean | undefined;
  readonly batchFirst?: boolean | undefined;
  readonly h0?: Reference | undefined;
  readonly c0?: Reference | undefined;
  readonly lengths?: Reference | undefined;
}

/** Output, h_n and c_n of a network, one after the other, as one vector. */
export function network(x: Reference, options: NetworkOptions): Reference {
  const { cell, layers, directions = 1, reverse, batchFirst, h0, c0, lengths } = options;
  const [a, b, features] = x.shape as [number, number, number];
  const [steps, batch] = batchFirst ? [b, a] : [a, b];
  const hidden = layers[0]!.hh.shape[1]!;
  const state = (from: Reference | undefined, i: number, n: number) =>
    range(hidden).map((u) => from?.data[(i * batch + n) * hidden + u] ?? 0);
  const place = (t: number, n: number) => (batchFirst ? n * steps + t : t * batch + n);
  let input: number[][] = range(steps * batch).map((i) => [...x.data.subarray(i * features, (i + 1) * features)]);
  const hN: number[][] = [];
  const cN: number[][] = [];
  for (let l = 0; l < layers.length; l += directions) {
    const output: number[][] = range(steps * batch).map(() => []);
    for (let d = 0; d < directions; d++) {
      const { ih, hh, bias } = layers[l + d]!;
      for (const n of range(batch)) {
        let [h, c] = [state(h0, l + d, n), state(c0, l + d, n)];
        const valid = lengths ? Math.min(steps, Math.max(0, lengths.data[n]!)) : steps;
        const order = d === 1 || reverse ? range(steps).reverse() : range(steps);
        for (const t of order) {
          if (t < valid) {
            const v = input[place(t, n)]!;
            const shares = range(ih.shape[0]!).map((j) => dot(ih, j, v) + (bias[0]?.data[j] ?? 0));
            [h, c] = cellStep(cell, shares, hh, bias[1], h, c);
          }
          output[place(t, n)]!.push(...(t < valid ? h : h.map(() => 0)));
        }
        hN.push(h);
        cN.push(c);
      }
    }
    input = output;
  }
  const data = Float64Array.from([input, hN, cell === "lstm" ? cN : []].flat(2));
  return { data, shape: [data.length] };
}
