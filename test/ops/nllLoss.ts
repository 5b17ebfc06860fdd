import { type NllLossOptions, nllLoss } from "../../src/ops/nllLoss";
import { opCase } from "./opCase";
import { classLosses, constant } from "./reference";

const labels = (...values: number[]) => ({ shape: [values.length], dtype: "i32" as const, values });
const weights = [0.5, 2, 0, 7];

export default opCase<Omit<NllLossOptions, "weight"> & { weights?: readonly number[] }>({
  samples: [
    { inputs: [[5, 7], labels(0, 6, 3, 3, 1)] },
    { inputs: [[1, 1], labels(0)] },
    { inputs: [[4, 4], labels(2, 3, 0, 1)], attrs: { weights }, note: "weights" },
    { inputs: [[4, 4], labels(2, 77, 0, -5)], attrs: { weights, ignoreIndex: 0, reduction: "sum" } },
    { inputs: [[2, 3, 2], { shape: [2, 3], dtype: "i32", values: [0, 1, 1, -1, 0, 1] }], attrs: { reduction: "none" } },
    { inputs: [[3, 32], labels(31, 4, 13)], note: "several fours" },
    { inputs: [[2, 3], labels(-1, -1)], note: "no row counts" },
  ],
  build: ([x, l], { weights, ...attrs }) => nllLoss(x!, l!, { ...attrs, weight: constant(weights) }),
  reference: ([x, l], attrs) => classLosses(x!, l!, attrs),
});
