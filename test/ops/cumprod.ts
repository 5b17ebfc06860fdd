import { cumprod } from "../../src/ops/cumprod";
import type { CumulativeOptions } from "../../src/ops/cumsum";
import { opCase } from "./opCase";
import { alongAxis } from "./reference";

export default opCase<CumulativeOptions & { axis?: number }>({
  samples: [
    { inputs: [[7, 13]], attrs: { axis: 1 } },
    { inputs: [[1]], attrs: {} },
    { inputs: [[5, 6, 3]], attrs: { axis: 1, reverse: true } },
    {
      inputs: [{ shape: [4, 4], values: [2, 3, 0, 5, 0, 2, 0, 4, 1, 2, 3, 4, 2, 0, 0, 3] }],
      attrs: { axis: 1 },
      note: "zeros",
    },
    { inputs: [{ shape: [2, 37], range: [0.5, 1.5] }], attrs: { axis: -1, reverse: true } },
    { inputs: [{ shape: [9, 72], range: [0.8, 1.2] }], attrs: { axis: 1 }, note: "rows by fours" },
    { inputs: [{ shape: [9, 72], range: [0.8, 1.2] }], attrs: { axis: 1, reverse: true }, note: "the same backwards" },
    { inputs: [{ shape: [130, 64], range: [0.8, 1.2] }], attrs: { axis: 1 }, note: "several rows a subgroup" },
    { inputs: [{ shape: [2056], range: [0.99, 1.01] }], attrs: { reverse: true }, note: "gradient in parts" },
    { inputs: [{ shape: [3, 2056], range: [0.99, 1.01] }], attrs: { axis: 1 }, note: "of several rows" },
    { inputs: [{ shape: [9, 3], dtype: "i32", range: [-3, 4] }], attrs: { axis: 0 } },
    { inputs: [{ shape: [70001], range: [0.99, 1.01] }], attrs: {}, note: "parts", vjp: false },
    {
      inputs: [{ shape: [2, 4099], range: [0.99, 1.01] }],
      attrs: { axis: 1, reverse: true },
      note: "parts",
      vjp: false,
    },
    { inputs: [{ shape: [4099, 3], range: [0.99, 1.01] }], attrs: { axis: 0 }, note: "parts by columns", vjp: false },
    {
      inputs: [{ shape: [3, 700], range: [0.99, 1.01] }],
      attrs: { axis: 1, reverse: true },
      note: "by fours",
      vjp: false,
    },
    { inputs: [{ shape: [16384], range: [0.99, 1.01] }], attrs: { reverse: true }, note: "parts by fours", vjp: false },
    {
      inputs: [{ shape: [2, 1100, 4], range: [0.99, 1.01] }],
      attrs: { axis: 1 },
      note: "columns by fours",
      vjp: false,
    },
  ],
  build: ([x], { axis, reverse }) => cumprod(x!, axis, { reverse }),
  reference: ([x], { axis = 0, reverse }) =>
    alongAxis(x!, axis, (row) => {
      const forth = reverse ? row.toReversed() : row;
      let joined = 1;
      const made = forth.map((b) => {
        const a = joined;
        joined = a * b;
        return joined;
      });
      return reverse ? made.reverse() : made;
    }),
  tolerance: 1e-4,
});
