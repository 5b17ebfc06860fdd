import { mul } from "../../src/ops/mul";
import { tanh } from "../../src/ops/tanh";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

export default opCase<{ scale?: number }>({
  samples: [
    { inputs: [{ shape: [7, 13], range: [-20, 20] }] },
    { inputs: [{ shape: [1], range: [-20, 20] }] },
    { inputs: [{ shape: [2, 3, 4], range: [-20, 20] }] },
    {
      inputs: [{ shape: [5], values: [1e-6, -1e-6, 3.3e-7, -7.1e-7, 1.25e-6] }],
      attrs: { scale: 1e6 },
      note: "near 0",
      vjp: false,
    },
    {
      inputs: [{ shape: [7], values: [0.55, -0.5500001, 0.5499999, 15, -1e4, 1e30, 0] }],
      note: "where the ways meet, and far out",
      vjp: false,
    },
  ],
  build: ([x], { scale = 1 }) => (scale === 1 ? tanh(x!) : mul(tanh(x!), scale)),
  reference: (inputs, { scale = 1 }) => elementwise(inputs, (x) => scale * Math.tanh(x)),
  tolerance: 5e-7,
});
