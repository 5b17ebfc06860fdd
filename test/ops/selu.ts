import { selu } from "../../src/ops/selu";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

const [SCALE, ALPHA] = [1.0507009873554805, 1.6732632423543772];

export default opCase({
  samples: [
    { inputs: [{ shape: [7, 13], range: [-3, 3] }] },
    { inputs: [{ shape: [5], values: [1e4, -1e4, 1e-6, -1e-6, -0.5] }], note: "far out", vjp: false },
  ],
  build: ([x]) => selu(x!),
  reference: (inputs) => elementwise(inputs, (x) => SCALE * (x > 0 ? x : ALPHA * Math.expm1(x))),
  tolerance: 1e-6,
});
