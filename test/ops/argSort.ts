import { argSort, type SortOptions } from "../../src/ops/argSort";
import { opCase } from "./opCase";
import { alongAxis, ordered } from "./reference";

type Attrs = SortOptions & { axis?: number };

export default opCase<Attrs>({
  samples: [
    { inputs: [[7, 13]], attrs: {} },
    { inputs: [[1]], attrs: {} },
    { inputs: [[5, 6, 3]], attrs: { axis: 1, descending: true } },
    { inputs: [{ shape: [9], values: [0, NaN, -Infinity, -0, 2, Infinity, -3, 0, 2] }], attrs: {}, note: "a NaN last" },
    { inputs: [{ shape: [5], values: [0, NaN, 2, 2, -1] }], attrs: { descending: true }, note: "a NaN first" },
    { inputs: [{ shape: [3, 700], dtype: "i32", range: [-9, 9] }], attrs: { descending: true }, note: "many ties" },
    { inputs: [{ shape: [150, 90], dtype: "i32", range: [-99, 99] }], attrs: {}, note: "many rows" },
    { inputs: [{ shape: [2, 5003], dtype: "i32", range: [-99, 99] }], attrs: {}, note: "merged, many ties" },
    { inputs: [{ shape: [4500, 2], dtype: "u32", range: [0, 4e9] }], attrs: { axis: 0, descending: true } },
  ],
  build: ([x], { axis, descending }) => argSort(x!, axis, { descending }),
  reference: ([x], { axis = -1, descending }) => alongAxis(x!, axis, (row) => ordered(row, descending)),
  tolerance: 0,
});
