import { isFinite as op } from "../../src/ops/isFinite";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

export default opCase({
  samples: [
    { inputs: [{ shape: [7], values: [NaN, 0, 1, Infinity, -Infinity, -1e30, 1e-30] }] },
    { inputs: [{ shape: [1], values: [NaN] }] },
    {
      inputs: [{ shape: [2, 4], values: [NaN, 0, 1, Infinity, -Infinity, -1e30, 1e-30, NaN] }],
      note: "four at a time",
    },
  ],
  build: ([x]) => op(x!),
  reference: (inputs) => elementwise(inputs, (x) => Number(Number.isFinite(x))),
});
