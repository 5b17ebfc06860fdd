import { mean } from "../../src/ops/mean";
import { opCase } from "./opCase";
import { reduceAxes } from "./reference";

export default opCase<{ axes?: number[]; keepDims?: boolean }>({
  samples: [
    { inputs: [[7, 13]] },
    { inputs: [[1]] },
    { inputs: [[5, 6, 7]], attrs: { axes: [0, 2], keepDims: true } },
    { inputs: [[2, 3, 2, 3, 2]], attrs: { axes: [0, 2, 4] } },
  ],
  build: ([x], { axes, keepDims }) => mean(x!, axes, { keepDims }),
  reference([x], { axes = x!.shape.map((_, d) => d), keepDims = false }) {
    const total = reduceAxes(x!, axes, keepDims, 0, (a, b) => a + b);
    const count = axes.reduce((n, d) => n * x!.shape[d]!, 1);
    return { ...total, data: total.data.map((v) => v / count) };
  },
});
