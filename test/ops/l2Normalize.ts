import { l2Normalize } from "../../src/ops/l2Normalize";
import { opCase } from "./opCase";
import { alongAxis } from "./reference";

export default opCase<{ axis?: number; eps?: number }>({
  samples: [
    { inputs: [[7, 13]], attrs: {} },
    { inputs: [[3]], attrs: {} },
    { inputs: [[5, 6, 3]], attrs: { axis: 0 } },
    { inputs: [{ shape: [2, 2], values: [0, 0, 0.003, 0.004] }], attrs: { eps: 0.1 }, note: "shorter than eps" },
  ],
  build: ([x], { axis, eps }) => l2Normalize(x!, axis, eps),
  reference: ([x], { axis = Math.min(1, x!.shape.length - 1), eps = 1e-12 }) =>
    alongAxis(x!, axis, (row) => {
      const length = Math.max(Math.hypot(...row), eps);
      return row.map((v) => v / length);
    }),
});
