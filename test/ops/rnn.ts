import { rnn } from "../../src/ops/rnn";
import { joined, type NetworkAttrs, networkInputs, networkReference, networkTensors } from "../reference/recurrentCase";
import { opCase } from "./opCase";

interface Attrs extends NetworkAttrs {
  readonly nonlinearity?: "tanh" | "relu";
}

const sample = (sizes: readonly [number, number, number, number], attrs: Attrs, lengths?: readonly number[]) => ({
  inputs: networkInputs(1, sizes, attrs, lengths),
  attrs,
});

export default opCase<Attrs>({
  samples: [
    sample([4, 3, 3, 5], { weights: 4, bidirectional: true, given: ["lengths"] }, [4, 1, 2]),
    sample([1, 1, 1, 1], { bias: false }),
    sample([2, 2, 3, 4], { weights: 2, batchFirst: true, given: ["h0"], nonlinearity: "relu" }),
  ],
  build(inputs, attrs) {
    const { x, weights, options } = networkTensors(inputs, attrs);
    const { output, hN } = rnn(x, weights, { ...options, nonlinearity: attrs.nonlinearity ?? "tanh" });
    return joined([output, hN]);
  },
  reference: (inputs, attrs) => networkReference(attrs.nonlinearity ?? "tanh", inputs, attrs),
});
