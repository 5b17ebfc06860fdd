import { relu } from "../../src/ops/relu";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

export default opCase({
  samples: [
    { inputs: [[7, 13]] },
    { inputs: [[1]] },
    { inputs: [[2, 3, 4]] },
    { inputs: [[40003]], note: "several results an invocation", vjp: false },
    { inputs: [[9001, 4]], note: "the same, by fours", vjp: false },
  ],
  build: ([x]) => relu(x!),
  reference: (inputs) => elementwise(inputs, (x) => Math.max(x, 0)),
});
