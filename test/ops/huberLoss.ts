import { type HuberLossOptions, huberLoss } from "../../src/ops/huberLoss";
import { opCase } from "./opCase";
import { elementwise, joined } from "./reference";

export default opCase<HuberLossOptions>({
  samples: [
    { inputs: [{ shape: [7, 3], range: [-4, 4] }, [7, 3]] },
    { inputs: [[1], { shape: [1], values: [3] }] },
    {
      inputs: [
        [3, 4],
        [3, 4],
      ],
      attrs: { delta: 0.3, reduction: "none" },
    },
    { inputs: [{ shape: [5], values: [1e6, -1e6, 0, 0.5, 2] }, [5]], attrs: { delta: 10, reduction: "sum" } },
  ],
  build: ([x, target], attrs) => huberLoss(x!, target!, attrs),
  reference: (inputs, { delta = 1, reduction }) =>
    joined(
      elementwise(inputs, (x, t) => {
        const r = Math.abs(x! - t!);
        return r <= delta ? (r * r) / 2 : delta * (r - delta / 2);
      }),
      reduction,
    ),
});
