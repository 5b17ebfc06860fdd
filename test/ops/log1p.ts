import { log1p } from "../../src/ops/log1p";
import { mul } from "../../src/ops/mul";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

export default opCase<{ scale?: number }>({
  samples: [
    { inputs: [{ shape: [7, 13], range: [-0.9, 5] }] },
    { inputs: [[1]] },
    {
      inputs: [{ shape: [5], values: [1e-6, -1e-6, 3.3e-7, -7.1e-7, 1.25e-6] }],
      attrs: { scale: 1e6 },
      note: "near 0",
      vjp: false,
    },
    {
      inputs: [{ shape: [9], values: [-0.51, -0.5, -0.49, 0.99, 1, 1.01, -0.999, 1e4, 1e30] }],
      note: "where the ways meet, and far out",
      vjp: false,
    },
  ],
  build: ([x], { scale = 1 }) => (scale === 1 ? log1p(x!) : mul(log1p(x!), scale)),
  reference: (inputs, { scale = 1 }) => elementwise(inputs, (x) => scale * Math.log1p(x)),
  tolerance: 1e-6,
});
