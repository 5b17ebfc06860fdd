import { leakyRelu } from "../../src/ops/leakyRelu";
import { opCase } from "./opCase";
import { elementwise } from "./reference";

export default opCase<{ negativeSlope?: number }>({
  samples: [{ inputs: [[7, 13]] }, { inputs: [[1]] }, { inputs: [[5, 4]], attrs: { negativeSlope: 0.2 } }],
  build: ([x], attrs) => leakyRelu(x!, attrs),
  reference: (inputs, { negativeSlope = 0.01 }) => elementwise(inputs, (x) => (x > 0 ? x : negativeSlope * x)),
});
