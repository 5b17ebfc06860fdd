import { equal } from "../../src/ops/equal";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

export default opCase({
  samples: [
    {
      inputs: [
        { shape: [7, 5], range: [-1, 1] },
        { shape: [7, 5], range: [-1, 1] },
      ],
    },
    { inputs: [[1], [1]] },
    {
      inputs: [
        { shape: [6], values: [1, 2, 0, -1, 3, 1e30] },
        { shape: [6], values: [1, 3, 0, -2, 3, -1e30] },
      ],
      note: "ties",
    },
    {
      inputs: [
        { shape: [2, 4], dtype: "i32", range: [-2, 2] },
        { shape: [4], dtype: "i32", range: [-2, 2] },
      ],
    },
    {
      inputs: [
        { shape: [3], dtype: "u32", values: [4000000000, 1, 7] },
        { shape: [3], dtype: "u32", values: [3, 2, 7] },
      ],
    },
  ],
  build: ([a, b]) => equal(a!, b!),
  reference: (inputs) => elementwise(inputs, (a, b) => Number(a === b)),
});
