import { div } from "../../src/ops/div";
import { opCase, type Reference } from "./opCase";
import { elementwise } from "./reference";

/** Integer samples are told by their values. */
const isInteger = (inputs: readonly Reference[]) => inputs.every((i) => i.data.every(Number.isInteger));

export default opCase({
  samples: [
    { inputs: [[7, 13], { shape: [7, 13], range: [0.5, 2] }] },
    { inputs: [[1], { shape: [1], range: [0.5, 2] }] },
    { inputs: [[4, 8], { shape: [8], range: [0.5, 2] }], note: "row" },
    { inputs: [[4, 8], { shape: [4, 1], range: [0.5, 2] }], note: "column" },
    { inputs: [[3, 1, 5], { shape: [2, 1], range: [0.5, 2] }], note: "both stretched" },
    { inputs: [[2, 3, 4, 4], { shape: [3, 1, 1], range: [0.5, 2] }], note: "channel" },
    { inputs: [[], { shape: [5], range: [0.5, 2] }], note: "scalar" },
    {
      inputs: [
        { shape: [6], dtype: "i32", range: [-9, 9] },
        { shape: [6], dtype: "i32", range: [1, 9] },
      ],
      note: "i32",
    },
  ],
  build: ([a, b]) => div(a!, b!),
  reference: (inputs) => elementwise(inputs, (a, b) => (isInteger(inputs) ? Math.trunc(a / b) : a / b)),
});
