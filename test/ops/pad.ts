import { pad } from "../../src/ops/pad";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

export default opCase<{ axis: number; before: number; after: number }>({
  samples: [
    { inputs: [[3, 5]], attrs: { axis: 1, before: 2, after: 1 } },
    { inputs: [[1]], attrs: { axis: 0, before: 0, after: 3 } },
    { inputs: [[2, 3, 4]], attrs: { axis: 0, before: 1, after: 0 } },
  ],
  build: ([x], { axis, before, after }) => pad(x!, axis, before, after),
  reference: ([x], { axis, before, after }) =>
    tabulate(
      x!.shape.map((n, d) => (d === axis ? n + before + after : n)),
      (at) => {
        const from = at.map((i, d) => (d === axis ? i - before : i));
        return from[axis]! >= 0 && from[axis]! < x!.shape[axis]! ? element(x!, from) : 0;
      },
    ),
});
