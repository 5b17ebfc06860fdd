import { relu } from "../../src/ops/relu";
import { transpose } from "../../src/ops/transpose";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

export default opCase({
  samples: [{ inputs: [[7, 13]] }, { inputs: [[1, 1]] }, { inputs: [[8, 12]] }],
  build: ([x]) => relu(transpose(x!)),
  reference: ([x]) => tabulate([x!.shape[1]!, x!.shape[0]!], ([i, j]) => Math.max(0, element(x!, [j!, i!]))),
});
