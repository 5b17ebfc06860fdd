import { reshape } from "../../src/ops/reshape";
import { rnnCell } from "../../src/ops/rnnCell";
import { cellInputs, cellReference, cellWeights } from "../reference/recurrentCase";
import { opCase } from "./opCase";

export default opCase<{ nonlinearity?: "tanh" | "relu" }>({
  samples: [
    { inputs: cellInputs(1, 3, 5, 6) },
    { inputs: cellInputs(1, 1, 1, 1) },
    { inputs: cellInputs(1, 2, 3, 4), attrs: { nonlinearity: "relu" } },
  ],
  build: (inputs, { nonlinearity = "tanh" }) =>
    reshape(rnnCell(inputs[0]!, cellWeights(inputs), inputs[5]!, { nonlinearity }), [-1]),
  reference: (inputs, { nonlinearity = "tanh" }) => cellReference(nonlinearity, inputs),
});
