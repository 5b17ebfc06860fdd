import { logicalNot } from "../../src/ops/logicalNot";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

export default opCase({
  samples: [
    { inputs: [{ shape: [5], dtype: "u32", values: [0, 1, 2, 0, 4000000000] }] },
    { inputs: [{ shape: [1], dtype: "u32", values: [0] }] },
  ],
  build: ([x]) => logicalNot(x!),
  reference: (inputs) => elementwise(inputs, (x) => Number(x === 0)),
});
