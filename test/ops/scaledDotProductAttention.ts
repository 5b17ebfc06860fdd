import { takePendingUpdates } from "../../src/graph/trace";
import { scaledDotProductAttention } from "../../src/ops/scaledDotProductAttention";
import { attentionReference } from "../reference/attention";
import { opCase } from "./opCase";

interface Attrs {
  causal?: boolean;
  scale?: number;
  /** What the fourth input is. */
  extra?: "lengths" | "mask" | "random";
  dropout?: number;
}

const lengths = (...values: number[]) => ({ shape: [values.length], dtype: "i32" as const, values });
const same = (...shape: number[]) => [shape, shape, shape];
const mask = [1, 0, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 0];

export default opCase<Attrs>({
  samples: [
    { inputs: same(2, 2, 5, 4) },
    { inputs: same(1, 1, 1, 1), attrs: { causal: true }, note: "one element" },
    { inputs: same(1, 2, 11, 8), attrs: { causal: true, scale: 0.7 } },
    {
      inputs: [
        [2, 3, 8],
        [2, 37, 8],
        [2, 37, 8],
      ],
      note: "one head; fewer queries than keys",
    },
    {
      inputs: [...same(3, 2, 9, 4), lengths(9, 4, 0)],
      attrs: { extra: "lengths", causal: true },
      note: "an example without keys gives zeros",
    },
    {
      inputs: [[2, 1, 3, 8], [2, 1, 5, 8], [2, 1, 5, 8], { shape: [2], dtype: "u32", values: [42, 3] }],
      attrs: { extra: "random", dropout: 0.4 },
    },
    {
      inputs: [
        ...[3, 5, 5].map((t) => [1, 2, t, 4]),
        { shape: [3, 5], dtype: "u32", values: mask.map((m, i) => (i < 5 || i > 9 ? m : 0)) },
      ],
      attrs: { extra: "mask" },
      note: "a query that may see nothing gives zeros",
    },
    { inputs: [...same(1, 2, 4, 4), [2, 4, 4]], attrs: { extra: "mask", causal: true }, note: "a mask to add" },
    { inputs: same(1, 2, 70, 40).map((shape) => ({ shape, range: [-3, 3] })), attrs: { causal: true }, vjp: false },
    { inputs: same(1, 1, 5, 36), note: "more of a row than a lane, or a tile, holds" },
    { inputs: same(1, 1, 40, 4), attrs: { causal: true }, note: "several tiles of keys" },
  ],
  build([q, k, v, extra], { extra: kind, ...options }) {
    takePendingUpdates(); // Streams are numbered from 0 in each recording.
    const out = scaledDotProductAttention(q!, k!, v!, {
      ...options,
      ...(kind === "lengths" && { lengths: extra }),
      ...(kind === "mask" && { mask: extra }),
      ...(kind === "random" && { generator: { state: extra! } }),
    });
    takePendingUpdates();
    return out;
  },
  reference: ([q, k, v, extra], { extra: kind, ...attrs }) =>
    attentionReference([q!, k!, v!], { ...attrs, ...(kind && { [kind]: extra }) }),
});
