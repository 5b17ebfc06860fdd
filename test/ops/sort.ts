import type { SortOptions } from "../../src/ops/argSort";
import { sort } from "../../src/ops/sort";
import { opCase } from "./opCase";
import { alongAxis, ordered } from "./reference";

export default opCase<SortOptions & { axis?: number }>({
  samples: [
    { inputs: [[7, 13]], attrs: {} },
    { inputs: [[1]], attrs: {} },
    { inputs: [[5, 6, 3]], attrs: { axis: 1, descending: true } },
    { inputs: [{ shape: [2, 5], dtype: "i32", range: [-9, 9] }], attrs: {} },
    { inputs: [[9001]], attrs: { descending: true }, note: "merged", vjp: false },
  ],
  build: ([x], { axis, descending }) => sort(x!, axis, { descending }).values,
  reference: ([x], { axis = -1, descending }) =>
    alongAxis(x!, axis, (row) => ordered(row, descending).map((i) => row[i]!)),
  tolerance: 1e-7,
});
