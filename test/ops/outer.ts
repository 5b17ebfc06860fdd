import { outer } from "../../src/ops/outer";
import { opCase } from "./opCase";
import { tabulate } from "./reference";

export default opCase<object>({
  samples: [{ inputs: [[3], [5]] }, { inputs: [[1], [1]] }, { inputs: [[2], [8]], note: "by fours" }],
  build: ([a, b]) => outer(a!, b!),
  reference: ([a, b]) => tabulate([a!.data.length, b!.data.length], ([i, j]) => a!.data[i!]! * b!.data[j!]!),
});
