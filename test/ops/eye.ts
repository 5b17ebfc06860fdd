import { eye } from "../../src/ops/eye";
import { mul } from "../../src/ops/mul";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

export default opCase<object>({
  samples: [
    { inputs: [[3, 3]] },
    { inputs: [[1, 1]] },
    { inputs: [[2, 5]] },
    { inputs: [{ shape: [3, 2], dtype: "i32", range: [1, 9] }], note: "i32" },
  ],
  build: ([x]) => mul(x!, eye(x!.shape[0]!, x!.shape[1], x!.dtype)),
  reference: ([x]) => tabulate(x!.shape, (at) => (at[0] === at[1] ? element(x!, at) : 0)),
});
