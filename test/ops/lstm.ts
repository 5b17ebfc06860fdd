import { lstm } from "../../src/ops/lstm";
import { joined, type NetworkAttrs, networkInputs, networkReference, networkTensors } from "../reference/recurrentCase";
import { opCase } from "./opCase";

const sample = (
  sizes: readonly [number, number, number, number],
  attrs: NetworkAttrs,
  lengths?: readonly number[],
) => ({
  inputs: networkInputs(4, sizes, attrs, lengths),
  attrs,
});

export default opCase<NetworkAttrs>({
  samples: [
    sample([3, 2, 3, 4], { weights: 4, bidirectional: true, given: ["h0", "c0", "lengths"] }, [3, 2]),
    sample([1, 1, 1, 1], { bias: false }),
    sample([2, 3, 5, 3], { weights: 2, batchFirst: true, given: ["c0"] }),
  ],
  build(inputs, attrs) {
    const { x, weights, options } = networkTensors(inputs, attrs);
    const { output, hN, cN } = lstm(x, weights, options);
    return joined([output, hN, cN]);
  },
  reference: (inputs, attrs) => networkReference("lstm", inputs, attrs),
});
