import { multiHeadAttention } from "../../src/ops/multiHeadAttention";
import { attentionReference } from "../reference/attention";
import { opCase, type Reference } from "./opCase";
import { element, tabulate } from "./reference";

interface Attrs {
  heads: number;
  causal?: boolean;
  /** The last input is an f32 mask. */
  masked?: boolean;
}

/** Part `part` of the rows of x, C = heads·e wide, as [B, H, T, E]. */
const headsOf = (x: Reference, part: number, heads: number, e: number): Reference =>
  tabulate([x.shape[0]!, heads, x.shape[1]!, e], ([b, h, t, i]) => element(x, [b!, t!, (part * heads + h!) * e + i!]));

export default opCase<Attrs>({
  samples: [
    { inputs: [[2, 5, 24]], attrs: { heads: 2, causal: true } },
    { inputs: [[1, 1, 3]], attrs: { heads: 1 }, note: "one element" },
    { inputs: [[2, 5, 30]], attrs: { heads: 2, causal: true }, note: "heads of five elements beside one another" },
    {
      inputs: [
        [2, 3, 8],
        [2, 5, 16],
      ],
      attrs: { heads: 2 },
      note: "keys and values beside one another",
    },
    {
      inputs: [
        [1, 3, 6],
        [1, 7, 6],
        [1, 7, 6],
      ],
      attrs: { heads: 2 },
      note: "three tensors; no multiple of four",
    },
    {
      inputs: [
        [2, 3, 12],
        [3, 3],
      ],
      attrs: { heads: 1, masked: true },
    },
    { inputs: [[1, 70, 240]], attrs: { heads: 2, causal: true }, vjp: false },
  ],
  build(inputs, { heads, causal = false, masked }) {
    const [a, b, c] = masked ? inputs.slice(0, -1) : inputs;
    return multiHeadAttention([a!, b, c], { heads, causal, mask: masked ? inputs.at(-1) : undefined });
  },
  reference(inputs, { heads, causal = false, masked }) {
    const tensors = masked ? inputs.slice(0, -1) : inputs;
    const [a, b = a, c = b] = tensors;
    const e = a!.shape[2]! / heads / (tensors.length === 1 ? 3 : 1);
    const [q, k, v] = [
      [0, 1, 2],
      [0, 0, 1],
      [0, 0, 0],
    ][tensors.length - 1]!;
    const parts = [headsOf(a!, q!, heads, e), headsOf(b!, k!, heads, e), headsOf(c!, v!, heads, e)] as const;
    const out = attentionReference(parts, { causal, mask: masked ? inputs.at(-1) : undefined });
    return tabulate([out.shape[0]!, out.shape[2]!, heads * e], ([n, t, i]) =>
      element(out, [n!, Math.floor(i! / e), t!, i! % e]),
    );
  },
});
