import { sigmoid } from "../../src/ops/sigmoid";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

export default opCase({
  samples: [
    { inputs: [{ shape: [7, 13], range: [-30, 30] }] },
    { inputs: [{ shape: [1], range: [-30, 30] }] },
    { inputs: [{ shape: [2, 3, 4], range: [-30, 30] }] },
    { inputs: [{ shape: [5], values: [1e4, -1e4, 90, -90, 0] }], note: "far out", vjp: false },
  ],
  build: ([x]) => sigmoid(x!),
  reference: (inputs) => elementwise(inputs, (x) => 1 / (1 + Math.exp(-x))),
});
