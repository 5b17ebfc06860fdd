import { squeeze } from "../../src/ops/squeeze";
import { opCase } from "./opCase";

export default opCase<{ axes?: number | number[]; shape: number[] }>({
  samples: [
    { inputs: [[1, 3, 1, 5]], attrs: { shape: [3, 5] } },
    { inputs: [[1]], attrs: { shape: [] } },
    { inputs: [[1, 3, 1, 5]], attrs: { axes: [0, 1], shape: [3, 1, 5] }, note: "a larger axis stays" },
    { inputs: [[1, 3, 1]], attrs: { axes: -1, shape: [1, 3] } },
  ],
  build: ([x], { axes }) => squeeze(x!, axes),
  reference: ([x], { shape }) => ({ ...x!, shape }),
});
