import { exp } from "../../src/ops/exp";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

export default opCase({
  samples: [{ inputs: [[7, 13]] }, { inputs: [[1]] }, { inputs: [[2, 3, 4]] }],
  build: ([x]) => exp(x!),
  reference: (inputs) => elementwise(inputs, Math.exp),
});
