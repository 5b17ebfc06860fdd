import { sqrt } from "../../src/ops/sqrt";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

export default opCase({
  samples: [
    { inputs: [{ shape: [7, 13], range: [0.2, 3] }] },
    { inputs: [{ shape: [1], range: [0.2, 3] }] },
    { inputs: [{ shape: [2, 3, 4], range: [0.2, 3] }] },
  ],
  build: ([x]) => sqrt(x!),
  reference: (inputs) => elementwise(inputs, Math.sqrt),
});
