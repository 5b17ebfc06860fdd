import type { Reduction } from "../../src/families/losses";
import { mseLoss } from "../../src/ops/mseLoss";
import { opCase } from "./opCase";
import { elementwise, joined } from "./reference";

export default opCase<{ reduction?: Reduction }>({
  samples: [
    {
      inputs: [
        [7, 13],
        [7, 13],
      ],
    },
    { inputs: [[], []] },
    {
      inputs: [
        [3, 4],
        [3, 4],
      ],
      attrs: { reduction: "none" },
    },
    { inputs: [[5], [5]], attrs: { reduction: "sum" } },
  ],
  build: ([x, target], attrs) => mseLoss(x!, target!, attrs),
  reference: (inputs, { reduction }) =>
    joined(
      elementwise(inputs, (x, t) => (x! - t!) ** 2),
      reduction,
    ),
});
