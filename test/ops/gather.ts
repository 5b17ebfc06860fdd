import { gather } from "../../src/ops/gather";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

export default opCase<{ axis: number }>({
  samples: [
    { inputs: [[3, 5], { shape: [3, 2], dtype: "i32", values: [0, 4, 2, 2, 3, 1] }], attrs: { axis: 1 } },
    {
      inputs: [[5, 2, 32], { shape: [6, 2, 32], dtype: "i32", range: [-1, 6] }],
      attrs: { axis: 0 },
      note: "columns by four",
    },
    { inputs: [[2, 7], { shape: [2, 8], dtype: "i32", range: [-1, 8] }], attrs: { axis: 1 }, note: "rows by four" },
    { inputs: [[1], { shape: [1], dtype: "u32", values: [0] }], attrs: { axis: 0 } },
    {
      inputs: [[2, 2, 12], { shape: [2, 2, 16], dtype: "i32", range: [-1, 13] }],
      attrs: { axis: 2 },
      note: "four fours of a row",
    },
    {
      inputs: [[4, 3, 5], { shape: [6, 2, 3], dtype: "i32", range: [0, 4] }],
      attrs: { axis: 0 },
      note: "a smaller index",
    },
    {
      inputs: [[2, 3], { shape: [2, 3], dtype: "i32", values: [0, -1, 2, 3, 1, 1] }],
      attrs: { axis: 1 },
      note: "beyond",
    },
    {
      inputs: [
        { shape: [2, 4], dtype: "i32", range: [-9, 9] },
        { shape: [2, 3], dtype: "u32", range: [0, 4] },
      ],
      attrs: { axis: -1 },
      note: "i32",
    },
    {
      inputs: [[7, 9], { shape: [300, 9], dtype: "i32", range: [0, 7] }],
      attrs: { axis: 0 },
      note: "a sorted gradient",
    },
  ],
  build: ([x, index], { axis }) => gather(x!, axis, index!),
  reference([x, index], { axis }) {
    const d = (axis + x!.shape.length) % x!.shape.length;
    return tabulate(index!.shape, (at) => {
      const i = element(index!, at);
      return i >= 0 && i < x!.shape[d]! ? element(x!, at.with(d, i)) : 0;
    });
  },
});
