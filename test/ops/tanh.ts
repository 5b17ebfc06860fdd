import { tanh } from "../../src/ops/tanh";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

export default opCase({
  samples: [
    { inputs: [{ shape: [7, 13], range: [-20, 20] }] },
    { inputs: [{ shape: [1], range: [-20, 20] }] },
    { inputs: [{ shape: [2, 3, 4], range: [-20, 20] }] },
  ],
  build: ([x]) => tanh(x!),
  reference: (inputs) => elementwise(inputs, Math.tanh),
  tolerance: 2e-5,
});
