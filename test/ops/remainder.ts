import { remainder } from "../../src/ops/remainder";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

export default opCase({
  samples: [
    {
      inputs: [
        { shape: [7, 13], range: [-8, 8] },
        { shape: [7, 13], range: [1, 3] },
      ],
    },
    {
      inputs: [
        { shape: [1], range: [-8, 8] },
        { shape: [1], range: [-3, -1] },
      ],
    },
    {
      inputs: [
        { shape: [5], values: [5.5, -5.5, 5.5, -5.5, 6] },
        { shape: [5], values: [3, 3, -3, -3, 3] },
      ],
      note: "signs",
      vjp: false,
    },
    {
      inputs: [
        { shape: [5], dtype: "i32", values: [5, -5, 5, -5, 6] },
        { shape: [5], dtype: "i32", values: [3, 3, -3, -3, 3] },
      ],
    },
    {
      inputs: [
        { shape: [3], dtype: "u32", values: [4000000000, 7, 6] },
        { shape: [3], dtype: "u32", values: [7, 3, 3] },
      ],
    },
  ],
  build: ([a, b]) => remainder(a!, b!),
  reference: (inputs) => elementwise(inputs, (a, b) => a - b * Math.floor(a / b)),
});
