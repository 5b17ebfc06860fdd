import { gruCell } from "../../src/ops/gruCell";
import { reshape } from "../../src/ops/reshape";
import { cellInputs, cellReference, cellWeights } from "../reference/recurrentCase";
import { opCase } from "./opCase";

export default opCase<{ linearBeforeReset?: boolean }>({
  samples: [
    { inputs: cellInputs(3, 3, 5, 6) },
    { inputs: cellInputs(3, 1, 1, 1) },
    { inputs: cellInputs(3, 2, 3, 3), attrs: { linearBeforeReset: false } },
  ],
  build: (inputs, { linearBeforeReset = true }) =>
    reshape(gruCell(inputs[0]!, cellWeights(inputs), inputs[5]!, { linearBeforeReset }), [-1]),
  reference: (inputs, { linearBeforeReset = true }) =>
    cellReference(linearBeforeReset ? "gru" : "gruResetFirst", inputs),
});
