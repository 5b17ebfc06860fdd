import { unsqueeze } from "../../src/ops/unsqueeze";
import { opCase } from "./opCase";

export default opCase<{ axis: number; shape: number[] }>({
  samples: [
    { inputs: [[3, 5]], attrs: { axis: 1, shape: [3, 1, 5] } },
    { inputs: [[1]], attrs: { axis: 0, shape: [1, 1] } },
    { inputs: [[3, 5]], attrs: { axis: -1, shape: [3, 5, 1] } },
    { inputs: [[]], attrs: { axis: 0, shape: [1] } },
  ],
  build: ([x], { axis }) => unsqueeze(x!, axis),
  reference: ([x], { shape }) => ({ ...x!, shape }),
});
