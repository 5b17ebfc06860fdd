import { std } from "../../src/ops/std";
import type { VarianceOptions } from "../../src/ops/variance";
import { opCase } from "./opCase";
import { reduceSets } from "./reference";

export default opCase<VarianceOptions & { axes?: number | number[] }>({
  samples: [
    { inputs: [[7, 13]], attrs: { axes: 1 } },
    { inputs: [[5, 6, 7]], attrs: { axes: [0, 2], keepDims: true } },
    {
      inputs: [{ shape: [2, 1], values: [3, 4] }],
      attrs: { correction: 0, axes: 1 },
      note: "one value: 0, gradient 0",
    },
    { inputs: [{ shape: [3, 401], range: [9999, 10001] }], attrs: { axes: 1 }, note: "mean ≫ deviation", vjp: false },
  ],
  build: ([x], { axes, ...options }) => std(x!, axes, options),
  reference: ([x], { axes, keepDims = false, correction = 1 }) =>
    reduceSets(x!, axes, keepDims, (values) => {
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      return Math.sqrt(values.reduce((n, v) => n + (v - mean) ** 2, 0) / (values.length - correction));
    }),
});
