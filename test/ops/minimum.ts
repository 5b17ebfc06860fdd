import { minimum } from "../../src/ops/minimum";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

export default opCase({
  samples: [
    {
      inputs: [
        { shape: [7, 13], range: [-1, 1] },
        { shape: [7, 13], range: [-1, 1] },
      ],
    },
    {
      inputs: [
        { shape: [1], range: [-1, 1] },
        { shape: [1], range: [-1, 1] },
      ],
    },
    {
      inputs: [
        { shape: [3, 1, 4], range: [-1, 1] },
        { shape: [2, 1], range: [-1, 1] },
      ],
      note: "both stretched",
    },
    {
      inputs: [
        { shape: [5], values: [1, 2, 0, -1, 3] },
        { shape: [5], values: [1, 3, 0, -2, 3] },
      ],
      note: "ties: half of the gradient each",
    },
    {
      inputs: [
        { shape: [6], dtype: "i32", range: [-5, 5] },
        { shape: [6], dtype: "i32", range: [-5, 5] },
      ],
    },
    {
      inputs: [
        { shape: [3], dtype: "u32", values: [4000000000, 1, 7] },
        { shape: [3], dtype: "u32", values: [3, 2, 7] },
      ],
    },
  ],
  build: ([a, b]) => minimum(a!, b!),
  reference: (inputs) => elementwise(inputs, Math.min),
});
