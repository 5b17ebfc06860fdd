import { softplus } from "../../src/ops/softplus";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

export default opCase<{ beta?: number; threshold?: number }>({
  samples: [
    { inputs: [{ shape: [7, 13], range: [-8, 8] }] },
    { inputs: [[1]] },
    { inputs: [{ shape: [5, 4], range: [-8, 8] }], attrs: { beta: 2 } },
    { inputs: [{ shape: [9], values: [-2, -1, -0.5, 0, 0.5, 0.9, 1.2, 2, 3] }], attrs: { beta: 2, threshold: 2 } },
    { inputs: [{ shape: [5], values: [1e4, -1e4, 30, -30, 88] }], note: "far out", vjp: false },
  ],
  build: ([x], attrs) => softplus(x!, attrs),
  reference: (inputs, { beta = 1, threshold = 20 }) =>
    elementwise(inputs, (x) =>
      beta * x > threshold ? x : (Math.max(beta * x, 0) + Math.log1p(Math.exp(-Math.abs(beta * x)))) / beta,
    ),
  tolerance: 1e-6,
});
