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
    { inputs: [{ shape: [5001], dtype: "i32", range: [-99, 99] }], attrs: { k: 2100 }, note: "merged" },
  ],
  build: ([x], { k, axis, largest, part = "values" }) => topK(x!, k, axis, { largest })[part],
  reference: ([x], { k, axis = -1, largest = true, part = "values" }) =>
    alongAxis(x!, axis, (row) => {
      const indices = ordered(row, largest).slice(0, k);
      return part === "indices" ? indices : indices.map((i) => row[i]!);
    }),
  tolerance: 1e-7,
});
