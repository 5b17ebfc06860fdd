import { sign } from "../../src/ops/sign";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

export default opCase({
  samples: [
    { inputs: [{ shape: [7, 13] }] },
    { inputs: [{ shape: [1], values: [0] }], note: "at 0", vjp: false },
    { inputs: [{ shape: [6], dtype: "i32", range: [-2, 3] }] },
    { inputs: [{ shape: [5], dtype: "u32", range: [0, 3] }] },
  ],
  build: ([x]) => sign(x!),
  reference: (inputs) => elementwise(inputs, Math.sign),
});
