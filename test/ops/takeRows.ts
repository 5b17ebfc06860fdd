import { takeRows } from "../../src/ops/takeRows";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

const indices = (...values: number[]) => ({ shape: [values.length], dtype: "u32" as const, values });

export default opCase<{ missing?: number }>({
  samples: [
    { inputs: [[5, 3], indices(4, 0, 2, 2)], vjp: false },
    { inputs: [[1], indices(0)], vjp: false },
    { inputs: [[5, 2, 4], indices(4, 7, 0)], vjp: false, note: "by fours" },
    {
      inputs: [{ shape: [6], dtype: "i32", range: [0, 9] }, indices(5, 0xffffffff, 1)],
      attrs: { missing: -1 },
      note: "a missing row",
    },
  ],
  build: ([table, rows], attrs) => takeRows(table!, rows!, attrs),
  reference: ([table, rows], { missing = 0 }) =>
    tabulate([rows!.data.length, ...table!.shape.slice(1)], ([i, ...rest]) => {
      const row = rows!.data[i!]!;
      return row < table!.shape[0]! ? element(table!, [row, ...rest]) : missing;
    }),
});
