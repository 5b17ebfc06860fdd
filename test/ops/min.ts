import { min } from "../../src/ops/min";
import { opCase } from "./opCase";
import { axesOf, reduceAxes } from "./reference";

interface Attrs {
  axes?: number | number[];
  keepDims?: boolean;
}

export default opCase<Attrs>({
  samples: [
    { inputs: [[7, 13]], attrs: {} },
    { inputs: [[1]], attrs: {} },
    { inputs: [[5, 6, 7]], attrs: { axes: 1, keepDims: true } },
    { inputs: [[3, 4, 5, 2]], attrs: { axes: [0, 2, 3] }, note: "channel" },
    { inputs: [[2, 3, 2, 3, 2]], attrs: { axes: [0, 2, 4] }, note: "three groups" },
    {
      inputs: [{ shape: [2, 3], values: [Infinity, Infinity, Infinity, Infinity, 1, 2] }],
      attrs: { axes: 1 },
      note: "a row of infinities",
      vjp: false,
    },
    {
      inputs: [{ shape: [2, 8], values: [1, -3, 0, -3, -1, -2, 0, 5, -7, 2, -7, -1, 0, 0, -1, -2] }],
      attrs: { axes: 1 },
      note: "ties",
    },
    {
      inputs: [{ shape: [3, 4], values: [-1, -5, 2, -9, -1, -5, 3, -8, 0, -4, 2, -7] }],
      attrs: { axes: 0 },
      note: "ties in columns",
    },
    { inputs: [[9, 72]], attrs: { axes: 1 }, note: "long rows" },
    { inputs: [[2600]], attrs: {}, note: "parts" },
    { inputs: [[70001]], attrs: {}, note: "two launches", vjp: false },
    { inputs: [[4099, 3]], attrs: { axes: 0 }, note: "two launches by columns", vjp: false },
    { inputs: [[9, 4, 600]], attrs: { axes: [0, 2] }, note: "two groups by four", vjp: false },
    { inputs: [[2, 1100, 4]], attrs: { axes: 1 }, note: "columns in parts, with their ties" },
    { inputs: [[3, 9004]], attrs: { axes: 1 }, note: "rows in parts, with their ties" },
    { inputs: [{ shape: [9, 130], dtype: "i32", range: [-99, 99] }], attrs: { axes: 1 } },
    { inputs: [{ shape: [9, 132], dtype: "u32", range: [0, 4e9] }], attrs: { axes: 0 } },
  ],
  build: ([x], { axes, keepDims }) => min(x!, axes, { keepDims }),
  reference: ([x], { axes, keepDims = false }) => reduceAxes(x!, axesOf(x!.shape, axes), keepDims, Infinity, Math.min),
  tolerance: 1e-6,
});
