import type { Reduction } from "../../src/families/losses";
import { l1Loss } from "../../src/ops/l1Loss";
import { opCase } from "./opCase";
import { elementwise, joined } from "./reference";

const values = [0.5, -2, 3, 1e6, 0.25];

export default opCase<{ reduction?: Reduction }>({
  samples: [
    { inputs: [{ shape: [7, 3], range: [1, 2] }, [7, 3]] },
    { inputs: [[1], { shape: [1], values: [2] }] },
    { inputs: [{ shape: [5], values }, [5]], attrs: { reduction: "none" } },
    {
      inputs: [
        { shape: [5], values },
        { shape: [5], values },
      ],
      attrs: { reduction: "sum" },
      note: "equal: kinks",
    },
  ],
  build: ([x, target], attrs) => l1Loss(x!, target!, attrs),
  reference: (inputs, { reduction }) =>
    joined(
      elementwise(inputs, (x, t) => Math.abs(x! - t!)),
      reduction,
    ),
});
