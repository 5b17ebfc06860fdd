import { abs } from "../../src/ops/abs";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

export default opCase({
  samples: [
    { inputs: [[7, 13]] },
    { inputs: [[1]] },
    { inputs: [{ shape: [6], range: [-9, 9], dtype: "i32" }] },
    { inputs: [[2, 3, 4]] },
  ],
  build: ([x]) => abs(x!),
  reference: (inputs) => elementwise(inputs, Math.abs),
});
