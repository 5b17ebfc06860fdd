import { silu } from "../../src/ops/silu";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

export default opCase({
  samples: [
    { inputs: [{ shape: [7, 13], range: [-8, 8] }] },
    { inputs: [[1]] },
    { inputs: [{ shape: [5], values: [1e4, -1e4, 100, -100, 0] }], note: "far out", vjp: false },
  ],
  build: ([x]) => silu(x!),
  reference: (inputs) => elementwise(inputs, (x) => x / (1 + Math.exp(-x))),
});
