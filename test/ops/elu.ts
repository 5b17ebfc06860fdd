import { elu } from "../../src/ops/elu";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

export default opCase<{ alpha?: number }>({
  samples: [
    { inputs: [{ shape: [7, 13], range: [-3, 3] }] },
    { inputs: [[1]] },
    { inputs: [[5, 4]], attrs: { alpha: 0.5 } },
    { inputs: [{ shape: [5], values: [1e4, -1e4, 1e-6, -1e-6, -0.5] }], note: "far out", vjp: false },
  ],
  build: ([x], attrs) => elu(x!, attrs),
  reference: (inputs, { alpha = 1 }) => elementwise(inputs, (x) => (x > 0 ? x : alpha * Math.expm1(x))),
  tolerance: 1e-6,
});
