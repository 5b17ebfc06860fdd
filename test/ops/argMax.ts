import { argMax } from "../../src/ops/argMax";
import { opCase } from "./opCase";
import { reduceSets } from "./reference";

interface Attrs {
  axis?: number;
  keepDims?: boolean;
}

// A NaN wins, and of equal elements the first.
const best = (values: number[]) =>
  values.reduce((at, v, i) => (!Number.isNaN(values[at]) && (Number.isNaN(v) || v > values[at]!) ? i : at), 0);

export default opCase<Attrs>({
  samples: [
    { inputs: [[7, 13]], attrs: { axis: 1 } },
    { inputs: [[1]], attrs: {} },
    { inputs: [[5, 6, 7]], attrs: { axis: 1, keepDims: true } },
    {
      inputs: [{ shape: [4, 3], values: [0, -0, 0, 2, 2, 1, -Infinity, -Infinity, Infinity, 1, NaN, NaN] }],
      attrs: { axis: -1 },
      note: "ties, infinities, NaN",
    },
    { inputs: [{ shape: [3, 70], dtype: "i32", range: [-4, 5] }], attrs: { axis: 1 }, note: "many ties" },
    { inputs: [{ shape: [9, 5], dtype: "u32", range: [0, 4e9] }], attrs: { keepDims: true } },
    { inputs: [{ shape: [70001], dtype: "i32", range: [-9999, 9999] }], attrs: {}, note: "two launches" },
    { inputs: [[4099, 3]], attrs: { axis: 0 }, note: "two launches by columns" },
    { inputs: [{ shape: [4, 300], dtype: "i32", range: [-4, 5] }], attrs: { axis: 1 }, note: "by fours" },
    { inputs: [{ shape: [2, 600, 8], range: [-9, 9] }], attrs: { axis: 1 }, note: "columns by fours" },
    { inputs: [{ shape: [70, 32], dtype: "i32", range: [-9, 9] }], attrs: { axis: 0 }, note: "columns by lines" },
    { inputs: [{ shape: [16384], dtype: "u32", range: [0, 4e9] }], attrs: {}, note: "parts by fours" },
    { inputs: [[40, 301]], attrs: { axis: 1 }, note: "rows that lanes go through in turn" },
    { inputs: [[40, 1204]], attrs: { axis: 1 }, note: "the same by fours" },
    { inputs: [[3, 9001]], attrs: { axis: 1 }, note: "rows in parts" },
    { inputs: [[3, 9004]], attrs: { axis: 1 }, note: "the same by fours" },
    { inputs: [{ shape: [2, 70], values: [...Array(139).fill(9), NaN] }], attrs: { axis: 1 }, note: "a NaN, last" },
    ...[70, 64, 512].map((n) => ({
      inputs: [{ shape: [2, n], values: Array.from({ length: 2 * n }, (_, i) => (i % 3 ? 0 : -0)) }],
      attrs: { axis: 1 },
      note: "−0 is 0",
    })),
  ],
  build: ([x], { axis, keepDims }) => argMax(x!, axis, { keepDims }),
  reference: ([x], { axis, keepDims = false }) => reduceSets(x!, axis, keepDims, best),
  tolerance: 0,
});
