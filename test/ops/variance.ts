import { type VarianceOptions, variance } from "../../src/ops/variance";
import { opCase } from "./opCase";
import { reduceSets } from "./reference";

export default opCase<VarianceOptions & { axes?: number | number[] }>({
  samples: [
    { inputs: [[7, 13]], attrs: {} },
    { inputs: [[1]], attrs: { correction: 0 } },
    { inputs: [[5, 6, 7]], attrs: { axes: 1, keepDims: true } },
    {
      inputs: [{ shape: [2, 3, 2, 3, 2], range: [99, 101] }],
      attrs: { axes: [0, 2, 4], correction: 0 },
      note: "three groups",
    },
    { inputs: [{ shape: [3, 401], range: [9999, 10001] }], attrs: { axes: 1 }, note: "mean ≫ deviation", vjp: false },
    { inputs: [{ shape: [9301], range: [99, 101] }], attrs: {}, note: "one row in many parts", vjp: false },
    { inputs: [[8, 256]], attrs: { axes: 1 }, note: "four neighbours at a time", vjp: false },
    { inputs: [[70, 32]], attrs: { axes: 0 }, note: "sixteen columns at a time", vjp: false },
    { inputs: [[131, 20]], attrs: { axes: 0 }, note: "four columns at a time", vjp: false },
    { inputs: [{ shape: [600, 4], range: [99, 101] }], attrs: { axes: 0 }, note: "in parts", vjp: false },
  ],
  build: ([x], { axes, ...options }) => variance(x!, axes, options),
  reference: ([x], { axes, keepDims = false, correction = 1 }) =>
    reduceSets(x!, axes, keepDims, (values) => {
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      return values.reduce((n, v) => n + (v - mean) ** 2, 0) / (values.length - correction);
    }),
});
