import { permute } from "../../src/ops/permute";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

export default opCase<{ axes: number[] }>({
  samples: [
    { inputs: [[3, 5]], attrs: { axes: [1, 0] } },
    { inputs: [[1]], attrs: { axes: [0] } },
    { inputs: [[2, 3, 4, 5]], attrs: { axes: [2, 0, 3, 1] } },
    { inputs: [[3, 4, 8]], attrs: { axes: [1, 0, 2] }, note: "by fours" },
    { inputs: [[2, 16, 3, 20]], attrs: { axes: [2, 0, 3, 1] }, note: "two axes of batches", vjp: false },
    { inputs: [[17, 2, 18]], attrs: { axes: [2, 1, 0] }, note: "the outermost innermost", vjp: false },
    { inputs: [{ shape: [4, 3, 16], dtype: "i32", range: [-9, 9] }], attrs: { axes: [1, 2, 0] }, note: "i32" },
  ],
  build: ([x], { axes }) => permute(x!, axes),
  reference: ([x], { axes }) =>
    tabulate(
      axes.map((a) => x!.shape[a]!),
      (at) =>
        element(
          x!,
          axes.map((_, d) => at[axes.indexOf(d)]!),
        ),
    ),
});
