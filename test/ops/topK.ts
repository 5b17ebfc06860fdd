import { topK } from "../../src/ops/topK";
import { opCase } from "./opCase";
import { alongAxis, ordered } from "./reference";

interface Attrs {
  k: number;
  axis?: number;
  largest?: boolean;
  part?: "values" | "indices";
}

export default opCase<Attrs>({
  samples: [
    { inputs: [[7, 13]], attrs: { k: 4 } },
    { inputs: [[1]], attrs: { k: 1 } },
    { inputs: [[5, 6, 3]], attrs: { k: 6, axis: 1, largest: false } },
    { inputs: [{ shape: [3, 50], dtype: "i32", range: [-4, 4] }], attrs: { k: 9, part: "indices" }, note: "many ties" },
    {
      inputs: [{ shape: [2, 70001], dtype: "u32", range: [0, 9999] }],
      attrs: { k: 300, part: "indices" },
      note: "parts of parts",
    },
    { inputs: [[3, 1301]], attrs: { k: 5 }, note: "few of many, rows not aligned", vjp: false },
    { inputs: [[33, 68]], attrs: { k: 3, largest: false }, note: "few of a short row", vjp: false },
    {
      inputs: [{ shape: [2, 3000], dtype: "i32", range: [0, 2] }],
      attrs: { k: 32, part: "indices" },
      note: "ties overflow",
    },
    {
      inputs: [{ shape: [20000], dtype: "u32", range: [0, 9999] }],
      attrs: { k: 7, largest: false, part: "indices" },
      note: "a long row, dealt out",
    },
    {
      inputs: [{ shape: [70], values: [NaN, 0, -0, -Infinity, NaN, ...Array(65).fill(-1e30)] }],
      attrs: { k: 6, part: "indices" },
      note: "NaNs, infinities, both zeros",
    },
    {
      inputs: [{ shape: [70], values: [NaN, 0, -0, NaN, ...Array(66).fill(NaN)] }],
      attrs: { k: 5, largest: false, part: "indices" },
      note: "mostly NaN",
    },
    {
      inputs: [{ shape: [70], values: [3e-42, 1, 1e-42, 2e-42, ...Array(66).fill(1)] }],
      attrs: { k: 2, largest: false, part: "indices" },
      note: "numbers that a device may take for 0 where it compares them",
    },
    {
      inputs: [{ shape: [70, 300], dtype: "i32", range: [-99, 99] }],
      attrs: { k: 50, part: "indices" },
      note: "many of many rows",
    },
    { inputs: [{ shape: [5001], dtype: "i32", range: [-99, 99] }], attrs: { k: 2100 }, note: "merged" },
    { inputs: [[3, 20]], attrs: { k: 8 }, note: "a gradient by two fours of a row" },
    { inputs: [[2, 9, 8]], attrs: { k: 3, axis: 1 }, note: "by fours of columns" },
  ],
  build: ([x], { k, axis, largest, part = "values" }) => topK(x!, k, axis, { largest })[part],
  reference: ([x], { k, axis = -1, largest = true, part = "values" }) =>
    alongAxis(x!, axis, (row) => {
      const indices = ordered(row, largest).slice(0, k);
      return part === "indices" ? indices : indices.map((i) => row[i]!);
    }),
  tolerance: 1e-7,
});
