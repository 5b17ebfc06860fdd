import { add } from "../../src/ops/add";
import { embedding } from "../../src/ops/embedding";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

/** Value of the row without a gradient: to the reference it is a constant. */
const FROZEN = 0.5;

export default opCase<{ paddingIndex?: number }>({
  samples: [
    { inputs: [[5, 3], { shape: [2, 4], dtype: "i32", values: [0, 4, 2, 2, 3, 0, 0, 1] }] },
    { inputs: [[1, 1], { shape: [1], dtype: "u32", values: [0] }] },
    {
      inputs: [[5, 4], { shape: [7], dtype: "i32", values: [0, 4, -1, 5, 3, 3, 1] }, [7, 4]],
      note: "beyond, and fused",
    },
    { inputs: [[4, 3], { shape: [], dtype: "i32", values: [2] }], note: "one index" },
    {
      inputs: [[70, 4], { shape: [3, 100], dtype: "i32", range: [0, 70] }],
      note: "a sorted gradient by fours",
    },
    { inputs: [[20, 12], { shape: [410], dtype: "u32", range: [0, 21] }], note: "long rows" },
    {
      inputs: [
        { shape: [3, 2], values: [0.3, -0.7, FROZEN, FROZEN, 1, 2] },
        { shape: [5], dtype: "i32", values: [1, 0, 1, 2, 0] },
      ],
      attrs: { paddingIndex: -2 },
      note: "a row without a gradient",
    },
    { inputs: [[29, 9], { shape: [350], dtype: "u32", range: [0, 29] }], note: "no fours" },
    { inputs: [[70, 32], { shape: [410], dtype: "u32", range: [0, 71] }], note: "several fours of a row" },
  ],
  build([weight, indices, x], options) {
    const rows = embedding(weight!, indices!, options);
    return x ? add(rows, x) : rows;
  },
  reference: ([weight, indices, x], { paddingIndex }) =>
    tabulate([...indices!.shape, weight!.shape[1]!], (at) => {
      const row = element(indices!, at.slice(0, -1));
      if (paddingIndex && row === paddingIndex + weight!.shape[0]!) return FROZEN;
      const value = row >= 0 && row < weight!.shape[0]! ? element(weight!, [row, at.at(-1)!]) : 0;
      return value + (x ? element(x, at) : 0);
    }),
});
