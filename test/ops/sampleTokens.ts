import { threefry2x32 } from "../../src/core/random";
import { takePendingUpdates } from "../../src/graph/trace";
import { sampleTokens } from "../../src/ops/sampleTokens";
import { opCase } from "./opCase";

const row = (values: number[], ...more: number[][]) => ({
  shape: [1 + more.length, values.length],
  values: [values, ...more].flat(),
});
const settings = (temperature: number, topK: number, topP: number, seed: number, step: number) =>
  [
    { shape: [1], values: [temperature] },
    { shape: [1], dtype: "u32", values: [topK] },
    { shape: [1], values: [topP] },
    { shape: [2], dtype: "u32", values: [seed, step] },
  ] as const;
const logits = (shape: number[]) => ({ shape, range: [-4, 4] as const });

export default opCase({
  samples: [
    { inputs: [logits([33, 7]), ...settings(1, 0, 1, 42, 0)], note: "all" },
    { inputs: [[1, 1], ...settings(0.5, 3, 0.1, 0, 9)] },
    {
      inputs: [row([2, 9, 9, 0], [-1, -5, -1, -2], [0, -0, 0, -0]), ...settings(0, 0, 1, 1, 1)],
      note: "greedy, the first of ties",
    },
    { inputs: [logits([40, 71]), ...settings(0.7, 5, 1, 4294967295, 70000)], note: "top k" },
    { inputs: [logits([40, 71]), ...settings(1.3, 0, 0.55, 3, 2)], note: "top p" },
    { inputs: [logits([5, 1501]), ...settings(1.1, 1100, 0.8, 3, 2)], note: "both, many of long rows" },
    { inputs: [logits([3, 2501]), ...settings(0.8, 40, 0.9, 3, 2)], note: "few of many" },
    { inputs: [{ shape: [2, 2501], range: [-9, 9] }, ...settings(1, 0, 0.6, 5, 2)], note: "few have the share" },
    { inputs: [{ shape: [2, 2501], range: [-0.1, 0.1] }, ...settings(1, 0, 0.9, 5, 2)], note: "many have the share" },
    { inputs: [{ shape: [2, 1201], range: [0, 0] }, ...settings(1, 3, 1, 5, 2)], note: "too many are tied" },
    { inputs: [logits([2, 1300]), ...settings(0, 3, 0.5, 5, 2)], note: "greedy, long rows" },
    {
      inputs: [
        row([1e4, 1e4, -1e4, 9990, 1e4], [0, 0, 0, 0, -1], [-3e38, 3e38, 3e38, -3e38, 0]),
        ...settings(2, 2, 0.5, 8, 1),
      ],
      note: "ties at the bounds, far logits",
    },
    {
      inputs: [row([1, 3, 3, 3], [3, 0, 3, 3], [3, 3, 2, 3], [9, 0, 0, 0]), ...settings(1, 0, 0, 5, 5)],
      note: "top p of nothing keeps the likeliest, and what is tied with it",
    },
  ],
  build([x, temperature, topK, topP, state]) {
    takePendingUpdates(); // Streams are numbered from 0 in each recording.
    const out = sampleTokens(x!, { temperature, topK, topP, generator: { state: state! } });
    takePendingUpdates();
    return out;
  },
  reference([x, temperature, topK, topP, state]) {
    const [seed, step] = state!.data as unknown as [number, number];
    const [rows, v] = x!.shape as [number, number];
    const pairs = Math.ceil(v / 2);
    const exponential = (n: number, i: number) => {
      const bits = threefry2x32(seed, 0, n * pairs + (i >> 1), step)[i % 2]!;
      return -Math.log1p(-(bits + 0.5) / 2 ** 32);
    };
    const draw = (_: unknown, n: number) => {
      const z = x!.data.slice(n * v, (n + 1) * v);
      const kept = keptOf(z, temperature!.data[0]!, topK!.data[0]!, topP!.data[0]!);
      const top = Math.max(...z);
      if (temperature!.data[0] === 0) return z.indexOf(top);
      const score = (l: number, i: number) => (l - top) / temperature!.data[0]! - Math.log(exponential(n, i));
      const scores = z.map((l, i) => (kept.has(i) ? score(l, i) : -1e300));
      return scores.indexOf(Math.max(...scores));
    };
    return { shape: [rows], data: Float64Array.from({ length: rows }, draw) };
  },
});

/** By sorting: the k likeliest, of these the fewest that come to p, and what is tied with the last of them. */
function keptOf(logits: Float64Array, temperature: number, k: number, p: number): Set<number> {
  const order = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]!);
  const top = Math.max(...logits);
  const atLeast = (bound: number) => order.filter((i) => logits[i]! >= bound);
  const byK = k > 0 && k < logits.length ? atLeast(logits[order[k - 1]!]!) : order;
  const weight = (i: number) => Math.exp((logits[i]! - top) / temperature);
  const goal = p * byK.reduce((n, i) => n + weight(i), 0);
  let sum = 0;
  const last = byK.find((i) => {
    sum += weight(i);
    return sum >= goal;
  });
  return new Set(p < 1 ? byK.filter((i) => logits[i]! >= logits[last ?? byK.at(-1)!]!) : byK);
}
