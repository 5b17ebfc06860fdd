import { dot } from "../../src/ops/dot";
import { opCase } from "./opCase";

export default opCase<object>({
  samples: [{ inputs: [[7], [7]] }, { inputs: [[1], [1]] }, { inputs: [[12], [12]] }],
  build: ([a, b]) => dot(a!, b!),
  reference: ([a, b]) => ({ shape: [], data: Float64Array.of(a!.data.reduce((n, v, i) => n + v * b!.data[i]!, 0)) }),
});
