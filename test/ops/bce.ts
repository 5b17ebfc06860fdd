import type { Reduction } from "../../src/families/losses";
import { bce } from "../../src/ops/bce";
import { opCase } from "./opCase";
import { elementwise, joined } from "./reference";

const range = [0.05, 0.95] as const;

export default opCase<{ reduction?: Reduction }>({
  samples: [
    {
      inputs: [
        { shape: [7, 3], range },
        { shape: [7, 3], range },
      ],
    },
    {
      inputs: [
        { shape: [1], range },
        { shape: [1], values: [1] },
      ],
    },
    {
      inputs: [
        { shape: [6], values: [0, 0, 1, 1, 1e-20, 0.5] },
        { shape: [6], values: [0, 1, 0, 1, 1, 0.5] },
      ],
      attrs: { reduction: "none" },
      vjp: false,
      note: "sure of it, rightly and wrongly",
    },
    {
      inputs: [
        { shape: [3], values: [-0, 1, 0.25] },
        { shape: [3], values: [0, 1, 0.5] },
      ],
      attrs: { reduction: "none" },
      vjp: false,
      note: "the ends of the range",
    },
    {
      inputs: [
        { shape: [4, 3], range },
        { shape: [4, 3], range },
        { shape: [3], range: [0.5, 2] },
      ],
      attrs: { reduction: "sum" },
      note: "weights",
    },
  ],
  build: ([x, target, weight], { reduction = "mean" }) => bce(x!, target!, { reduction, ...(weight && { weight }) }),
  reference: (inputs, { reduction }) =>
    joined(
      elementwise(inputs, (x, t, weight = 1) => {
        const log = (v: number) => Math.max(Math.log(v), -100);
        return -weight * (t! * log(x!) + (1 - t!) * log(1 - x!));
      }),
      reduction,
    ),
});
