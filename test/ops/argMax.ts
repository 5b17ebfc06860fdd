import type { Tensor } from "../../src/graph/tensor";
import { add } from "../../src/ops/add";
import { arange } from "../../src/ops/arange";
import { argMax } from "../../src/ops/argMax";
import { cast } from "../../src/ops/cast";
import { mul } from "../../src/ops/mul";
import { reshape } from "../../src/ops/reshape";
import { opCase } from "./opCase";
import { reduceSets } from "./reference";

interface Attrs {
  axis?: number;
  keepDims?: boolean;
  /** Added to x, as often as the place of an element says. */
  rising?: number;
}

// A NaN wins, and of equal elements the first.
const best = (values: number[]) =>
  values.reduce((at, v, i) => (!Number.isNaN(values[at]) && (Number.isNaN(v) || v > values[at]!) ? i : at), 0);

const slope = (x: Tensor, rising: number) => reshape(mul(cast(arange(x.size), "f32"), rising), x.shape);

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
    { inputs: [[1100, 301]], attrs: { axis: 1 }, note: "so many rows that none is cut" },
    { inputs: [[2, 70001]], attrs: { axis: 1, rising: 1 }, note: "in the last of many parts" },
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
  build: ([x], { axis, keepDims, rising }) => argMax(rising ? add(x!, slope(x!, rising)) : x!, axis, { keepDims }),
  reference: ([x], { axis, keepDims = false, rising = 0 }) =>
    reduceSets({ ...x!, data: x!.data.map((v, i) => v + rising * i) }, axis, keepDims, best),
  tolerance: 0,
});
