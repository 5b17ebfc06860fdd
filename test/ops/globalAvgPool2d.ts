import { globalAvgPool2d } from "../../src/ops/globalAvgPool2d";
import { opCase } from "./opCase";
import { bins2d } from "./reference";

export default opCase({
  samples: [{ inputs: [[2, 3, 3, 5]] }, { inputs: [[1, 1, 1, 1]] }],
  build: ([x]) => globalAvgPool2d(x!),
  reference: ([x]) => bins2d(x!, [1, 1], (bin) => bin.reduce((a, b) => a + b, 0) / bin.length),
});
