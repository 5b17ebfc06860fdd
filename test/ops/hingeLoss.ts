import type { Reduction } from "../../src/families/losses";
import { hingeLoss } from "../../src/ops/hingeLoss";
import { opCase } from "./opCase";
import { elementwise, joined } from "./reference";

const signs = (n: number) => ({ shape: [n], values: Array.from({ length: n }, (_, i) => (i % 3 ? 1 : -1)) });

export default opCase<{ reduction?: Reduction }>({
  samples: [
    { inputs: [{ shape: [13], range: [-3, 3] }, signs(13)] },
    { inputs: [{ shape: [48], range: [-1.5, 1.5] }, signs(48)], note: "margins near 1" },
    { inputs: [[1], signs(1)] },
    { inputs: [{ shape: [4], values: [1.5, 0.5, -0.5, -1.5] }, signs(4)], attrs: { reduction: "none" } },
    { inputs: [{ shape: [3], values: [-1, 1, 1] }, signs(3)], attrs: { reduction: "sum" }, vjp: false, note: "kinks" },
  ],
  build: ([x, y], attrs) => hingeLoss(x!, y!, attrs),
  reference: (inputs, { reduction }) =>
    joined(
      elementwise(inputs, (x, y) => Math.max(0, 1 - x! * y!)),
      reduction,
    ),
});
