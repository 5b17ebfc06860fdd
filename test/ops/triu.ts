import { triu } from "../../src/ops/triu";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

export default opCase<{ diagonal?: number }>({
  samples: [
    { inputs: [[3, 5]] },
    { inputs: [[1, 1]], attrs: { diagonal: 1 } },
    { inputs: [[2, 5, 3]], attrs: { diagonal: -1 } },
    { inputs: [[4, 8]], attrs: { diagonal: 2 }, note: "by fours" },
    { inputs: [{ shape: [3, 3], dtype: "i32", range: [1, 9] }], note: "i32" },
  ],
  build: ([x], { diagonal }) => triu(x!, diagonal),
  reference: ([x], { diagonal = 0 }) =>
    tabulate(x!.shape, (at) => {
      const [row, column] = at.slice(-2) as [number, number];
      return column - row >= diagonal ? element(x!, at) : 0;
    }),
});
