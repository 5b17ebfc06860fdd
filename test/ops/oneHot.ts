import { mul } from "../../src/ops/mul";
import { oneHot } from "../../src/ops/oneHot";
import { opCase } from "./opCase";
import { element, tabulate } from "./reference";

export default opCase<{ classes: number }>({
  samples: [
    { inputs: [{ shape: [3, 2], dtype: "i32", values: [0, 4, 2, 2, -1, 5] }], attrs: { classes: 5 } },
    { inputs: [{ shape: [1], dtype: "u32", values: [0] }], attrs: { classes: 1 } },
    { inputs: [{ shape: [], dtype: "u32", values: [3] }, [4]], attrs: { classes: 4 }, note: "fused" },
  ],
  build: ([indices, x], { classes }) => (x ? mul(oneHot(indices!, classes), x) : oneHot(indices!, classes)),
  reference: ([indices, x], { classes }) =>
    tabulate([...indices!.shape, classes], (at) =>
      element(indices!, at.slice(0, -1)) === at.at(-1) ? (x ? x.data[at.at(-1)!]! : 1) : 0,
    ),
});
