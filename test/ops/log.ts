import { log } from "../../src/ops/log";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

export default opCase({
  samples: [
    { inputs: [{ shape: [7, 13], range: [0.2, 3] }] },
    { inputs: [{ shape: [1], range: [0.2, 3] }] },
    { inputs: [{ shape: [2, 3, 4], range: [0.2, 3] }] },
  ],
  build: ([x]) => log(x!),
  reference: (inputs) => elementwise(inputs, Math.log),
});
