import { pow } from "../../src/ops/pow";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

export default opCase<{ exponent?: number; base?: number }>({
  samples: [
    {
      inputs: [
        { shape: [7, 13], range: [0.2, 3] },
        { shape: [7, 13], range: [-2, 3] },
      ],
    },
    {
      inputs: [
        { shape: [1], range: [0.2, 3] },
        { shape: [1], range: [0.2, 3] },
      ],
    },
    {
      inputs: [
        { shape: [9], values: [-2, -2, -1.5, -1, 0, 0, 0, 2, -3] },
        { shape: [9], values: [3, 2, -3, 4, 0, 2, -1, 0, 0] },
      ],
      note: "signs and zeros",
      vjp: false,
    },
    { inputs: [{ shape: [6], range: [-2, 2] }], attrs: { exponent: 3 } },
    { inputs: [{ shape: [5], range: [1, 2] }], attrs: { exponent: -2 } },
    { inputs: [{ shape: [5], range: [0.5, 2] }], attrs: { exponent: 2.7 } },
    { inputs: [{ shape: [5], range: [-2, 2] }], attrs: { base: 1.7 } },
    { inputs: [{ shape: [6], dtype: "i32", range: [-4, 5] }], attrs: { exponent: 5 } },
  ],
  build: ([a, b], { exponent, base }) => (base === undefined ? pow(a!, exponent ?? b!) : pow(base, a!)),
  reference: (inputs, { exponent, base }) =>
    elementwise(inputs, (a, b) => (base === undefined ? a ** (exponent ?? b!) : base ** a)),
});
