import { slice } from "../../src/ops/slice";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

export default opCase<{ axis: number; start: number; end: number }>({
  samples: [
    { inputs: [[7, 5]], attrs: { axis: 0, start: 2, end: 6 } },
    { inputs: [[1]], attrs: { axis: 0, start: 0, end: 1 } },
    { inputs: [[3, 9, 4]], attrs: { axis: 1, start: 4, end: 9 } },
    { inputs: [[3, 8]], attrs: { axis: 1, start: 4, end: 8 }, note: "by fours" },
  ],
  build: ([x], { axis, start, end }) => slice(x!, axis, start, end),
  reference: ([x], { axis, start, end }) =>
    tabulate(
      x!.shape.map((n, d) => (d === axis ? end - start : n)),
      (at) =>
        element(
          x!,
          at.map((i, d) => (d === axis ? i + start : i)),
        ),
    ),
});
