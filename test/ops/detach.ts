import { detach } from "../../src/ops/detach";
import { transpose } from "../../src/ops/transpose";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

// That no gradient flows is no derivative of the formula: test/graph/gradientConventions.test.ts holds it.
export default opCase<{ transposed?: boolean }>({
  samples: [
    { inputs: [[3, 5]], vjp: false },
    { inputs: [[1]], vjp: false },
    { inputs: [{ shape: [7], dtype: "i32", range: [-9, 9] }], vjp: false },
    { inputs: [[3, 5]], attrs: { transposed: true }, vjp: false, note: "of a strided view" },
  ],
  build: ([x], { transposed }) => detach(transposed ? transpose(x!) : x!),
  reference([x], { transposed }) {
    if (!transposed) return x!;
    return tabulate([...x!.shape].reverse(), ([i, j]) => element(x!, [j!, i!]));
  },
});
