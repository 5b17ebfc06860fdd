import { indexSelect } from "../../src/ops/indexSelect";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

export default opCase<{ axis: number }>({
  samples: [
    { inputs: [[3, 5], { shape: [4], dtype: "i32", values: [4, 0, 2, 2] }], attrs: { axis: 1 } },
    { inputs: [[3, 7], { shape: [8], dtype: "i32", range: [-1, 8] }], attrs: { axis: 1 }, note: "columns by four" },
    {
      inputs: [[256, 3], { shape: [4], dtype: "i32", values: [2, 0, -1, 1] }],
      attrs: { axis: 1 },
      note: "many rows, four at a time",
      vjp: false,
    },
    { inputs: [[1], { shape: [1], dtype: "u32", values: [0] }], attrs: { axis: 0 } },
    {
      inputs: [[2, 3, 4], { shape: [5], dtype: "i32", values: [2, 0, 3, -1, 0] }],
      attrs: { axis: -2 },
      note: "by fours",
    },
    {
      inputs: [
        { shape: [4, 3], dtype: "i32", range: [-9, 9] },
        { shape: [2], dtype: "u32", values: [3, 1] },
      ],
      attrs: { axis: 0 },
      note: "i32",
    },
    {
      inputs: [[2, 11, 12], { shape: [270], dtype: "i32", range: [0, 11] }],
      attrs: { axis: 1 },
      note: "a sorted gradient of two tables",
    },
    {
      inputs: [[2, 11, 9], { shape: [400], dtype: "i32", range: [-1, 12] }],
      attrs: { axis: 1 },
      note: "the same without fours",
    },
  ],
  build: ([x, index], { axis }) => indexSelect(x!, axis, index!),
  reference([x, index], { axis }) {
    const d = (axis + x!.shape.length) % x!.shape.length;
    return tabulate(x!.shape.with(d, index!.data.length), (at) => {
      const i = index!.data[at[d]!]!;
      return i >= 0 && i < x!.shape[d]! ? element(x!, at.with(d, i)) : 0;
    });
  },
});
