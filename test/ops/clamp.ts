import { clamp } from "../../src/ops/clamp";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

export default opCase<{ min?: number; max?: number }>({
  samples: [
    { inputs: [[7, 13]], attrs: { min: -0.5, max: 0.25 } },
    { inputs: [[1]], attrs: { min: 0 } },
    { inputs: [{ shape: [8], values: [-1e30, -2, -1, 0, 1, 2, 1e30, Infinity] }], attrs: { max: 1.5 }, vjp: false },
    { inputs: [[5]], attrs: { min: 2, max: 1 }, note: "bounds crossed", vjp: false },
    { inputs: [{ shape: [7], dtype: "i32", range: [-9, 9] }], attrs: { min: -2 } },
    { inputs: [{ shape: [7], dtype: "u32", values: [0, 1, 5, 7, 9, 4000000000, 3] }], attrs: { max: 5 } },
  ],
  build: ([x], attrs) => clamp(x!, attrs),
  reference: (inputs, { min = -Infinity, max = Infinity }) =>
    elementwise(inputs, (x) => Math.min(Math.max(x, min), max)),
});
