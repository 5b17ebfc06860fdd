import { rsqrt } from "../../src/ops/rsqrt";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

export default opCase({
  samples: [
    { inputs: [{ shape: [7, 13], range: [0.2, 3] }] },
    { inputs: [{ shape: [1], range: [0.2, 3] }] },
    { inputs: [{ shape: [2, 3, 4], range: [50, 1000] }], vjp: false },
  ],
  build: ([x]) => rsqrt(x!),
  reference: (inputs) => elementwise(inputs, (x) => 1 / Math.sqrt(x)),
});
