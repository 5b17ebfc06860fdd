import { globalMaxPool2d } from "../../src/ops/globalMaxPool2d";
import { opCase } from "./opCase";
import { bins2d } from "./reference";

export default opCase({
  samples: [{ inputs: [[2, 3, 3, 5]] }, { inputs: [[1, 1, 1, 1]] }],
  build: ([x]) => globalMaxPool2d(x!),
  reference: ([x]) => bins2d(x!, [1, 1], (bin) => Math.max(...bin)),
});
