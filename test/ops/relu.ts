import { relu } from "../../src/ops/relu";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

export default opCase({
  samples: [{ inputs: [[7, 13]] }, { inputs: [[1]] }, { inputs: [[2, 3, 4]] }],
  build: ([x]) => relu(x!),
  reference: (inputs) => elementwise(inputs, (x) => Math.max(x, 0)),
});
