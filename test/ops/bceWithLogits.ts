import type { Reduction } from "../../src/families/losses";
import { bceWithLogits } from "../../src/ops/bceWithLogits";
import { opCase } from "./opCase";
import { elementwise, joined } from "./reference";

const target = (...shape: number[]) => ({ shape, range: [0, 1] as const });

export default opCase<{ reduction?: Reduction; weighted?: boolean }>({
  samples: [
    { inputs: [[7, 3], target(7, 3)] },
    { inputs: [[1], { shape: [1], values: [1] }] },
    {
      inputs: [{ shape: [6], values: [1e4, -1e4, 12, -12, 30, 0] }, target(6)],
      attrs: { reduction: "none" },
      note: "large logits",
      vjp: false,
    },
    { inputs: [[5, 3], target(5, 3), { shape: [3], values: [0.5, 1, 7] }], note: "positives weighted" },
    {
      inputs: [[5, 3], target(5, 3), { shape: [3], range: [0.5, 2] }],
      attrs: { weighted: true, reduction: "sum" },
      note: "elements weighted",
    },
  ],
  build: ([x, t, w], { weighted, reduction = "mean" }) =>
    bceWithLogits(x!, t!, { reduction, ...(w && (weighted ? { weight: w } : { posWeight: w })) }),
  reference: (inputs, { reduction, weighted }) =>
    joined(
      elementwise(inputs, (x, t, w = 1) => {
        const softplus = (v: number) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)));
        return weighted
          ? w * (t! * softplus(-x!) + (1 - t!) * softplus(x!))
          : w * t! * softplus(-x!) + (1 - t!) * softplus(x!);
      }),
      reduction,
    ),
});
