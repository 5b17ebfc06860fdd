import { expand } from "../../src/ops/expand";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

export default opCase<{ shape: number[] }>({
  samples: [
    { inputs: [[3, 1]], attrs: { shape: [3, 5] } },
    { inputs: [[1]], attrs: { shape: [7] } },
    { inputs: [[4, 1, 4]], attrs: { shape: [2, 4, 3, 4] } },
    { inputs: [[3, 1]], attrs: { shape: [2, -1, 2] } },
  ],
  build: ([x], { shape }) => expand(x!, shape),
  reference: ([x], { shape }) => {
    const lead = shape.length - x!.shape.length;
    const sizes = shape.map((n, d) => (n === -1 ? x!.shape[d - lead]! : n));
    return tabulate(sizes, (at) =>
      element(
        x!,
        x!.shape.map((n, d) => (n === 1 ? 0 : at[d + lead]!)),
      ),
    );
  },
});
