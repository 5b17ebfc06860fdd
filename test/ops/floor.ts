import { floor } from "../../src/ops/floor";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

export default opCase({
  samples: [
    { inputs: [{ shape: [7, 13], range: [-4, 4] }] },
    { inputs: [[1]] },
    { inputs: [{ shape: [9], values: [-2, -1.5, -0.5, 0, 0.5, 1, 2.5, 16777215, -1e9] }], vjp: false },
  ],
  build: ([x]) => floor(x!),
  reference: (inputs) => elementwise(inputs, Math.floor),
});
