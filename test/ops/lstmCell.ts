import { lstmCell } from "../../src/ops/lstmCell";
import { cellInputs, cellReference, cellWeights, joined } from "../reference/recurrentCase";
import { opCase } from "./opCase";

export default opCase({
  samples: [{ inputs: [...cellInputs(4, 3, 5, 6), [3, 6]] }, { inputs: [...cellInputs(4, 1, 1, 1), [1, 1]] }],
  build(inputs) {
    const { h, c } = lstmCell(inputs[0]!, cellWeights(inputs), { h: inputs[5]!, c: inputs[6]! });
    return joined([h, c]);
  },
  reference: (inputs) => cellReference("lstm", inputs),
});
