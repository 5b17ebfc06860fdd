import { logicalXor } from "../../src/ops/logicalXor";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

export default opCase({
  samples: [
    {
      inputs: [
        { shape: [4, 1], dtype: "u32", values: [0, 1, 2, 4000000000] },
        { shape: [5], dtype: "u32", values: [0, 1, 2, 0, 7] },
      ],
    },
    {
      inputs: [
        { shape: [1], dtype: "u32", values: [2] },
        { shape: [1], dtype: "u32", values: [1] },
      ],
    },
    {
      inputs: [
        { shape: [7], dtype: "u32", range: [0, 2] },
        { shape: [7], dtype: "u32", range: [0, 2] },
      ],
    },
  ],
  build: ([a, b]) => logicalXor(a!, b!),
  reference: (inputs) => elementwise(inputs, (a, b) => Number((a !== 0) !== (b !== 0))),
});
