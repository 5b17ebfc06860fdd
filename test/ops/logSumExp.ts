import { logSumExp } from "../../src/ops/logSumExp";
import type { ReduceOptions } from "../../src/ops/sum";
import { opCase } from "./opCase";
import { reduceSets } from "./reference";

export default opCase<ReduceOptions & { axes?: number | number[] }>({
  samples: [
    { inputs: [[7, 13]], attrs: {} },
    { inputs: [[1]], attrs: {} },
    { inputs: [[5, 6, 7]], attrs: { axes: [0, 2], keepDims: true } },
    { inputs: [{ shape: [3, 5], range: [9990, 10000] }], attrs: { axes: 1 }, note: "would overflow", vjp: false },
    {
      inputs: [{ shape: [3, 2], values: [-Infinity, -Infinity, -Infinity, 2, Infinity, 1] }],
      attrs: { axes: 1 },
      note: "infinities",
      vjp: false,
    },
    {
      inputs: [
        { shape: [4, 4], values: [...Array(4).fill(-Infinity), -Infinity, 2, 1, 0, Infinity, 1, 2, 3, 1, -9, 9, 8] },
      ],
      attrs: { axes: 1 },
      note: "infinities, by fours",
      vjp: false,
    },
    { inputs: [[9, 8]], attrs: { axes: 0 }, note: "columns by fours" },
    { inputs: [{ shape: [2, 1100, 4], range: [-90, 90] }], attrs: { axes: 1 }, note: "in parts", vjp: false },
    { inputs: [{ shape: [3, 9004], range: [-9e4, 9e4] }], attrs: { axes: 1 }, note: "in parts, one of which decides" },
    { inputs: [{ shape: [9000], range: [-9, 9] }], note: "one long row", attrs: {}, vjp: false },
    { inputs: [[5, 404]], attrs: { axes: 1 }, note: "reads four of what is computed", vjp: false },
  ],
  build: ([x], { axes, ...options }) => logSumExp(x!, axes, options),
  reference: ([x], { axes, keepDims = false }) =>
    reduceSets(x!, axes, keepDims, (values) => {
      const largest = Math.max(...values);
      if (!Number.isFinite(largest)) return largest;
      return largest + Math.log(values.reduce((n, v) => n + Math.exp(v - largest), 0));
    }),
});
