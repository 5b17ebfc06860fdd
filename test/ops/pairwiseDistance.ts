import { type PairwiseDistanceOptions, pairwiseDistance } from "../../src/ops/pairwiseDistance";
import { opCase } from "./opCase";
import { elementwise, reduceSets } from "./reference";

export default opCase<PairwiseDistanceOptions>({
  samples: [
    {
      inputs: [
        [7, 13],
        [7, 13],
      ],
      attrs: {},
    },
    { inputs: [[1], [1]], attrs: {} },
    {
      inputs: [
        [5, 6, 3],
        [6, 3],
      ],
      attrs: { keepDims: true },
      note: "broadcast",
    },
    { inputs: [{ shape: [4, 5], range: [2, 3] }, [4, 5]], attrs: { p: 1, eps: 0.01 } },
    { inputs: [{ shape: [4, 5], range: [2, 3] }, [4, 5]], attrs: { p: 4 } },
  ],
  build: ([a, b], options) => pairwiseDistance(a!, b!, options),
  reference: ([a, b], { p = 2, eps = 1e-6, keepDims = false }) =>
    reduceSets(
      elementwise([a!, b!], (u, v) => u - v + eps),
      -1,
      keepDims,
      (values) => values.reduce((n, v) => n + Math.abs(v) ** p, 0) ** (1 / p),
    ),
});
