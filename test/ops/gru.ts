import { gru } from "../../src/ops/gru";
import { joined, type NetworkAttrs, networkInputs, networkReference, networkTensors } from "../reference/recurrentCase";
import { opCase } from "./opCase";

interface Attrs extends NetworkAttrs {
  readonly linearBeforeReset?: boolean;
}

const sample = (sizes: readonly [number, number, number, number], attrs: Attrs, lengths?: readonly number[]) => ({
  inputs: networkInputs(3, sizes, attrs, lengths),
  attrs,
});

export default opCase<Attrs>({
  samples: [
    sample([3, 2, 3, 4], { weights: 4, bidirectional: true, given: ["h0", "lengths"] }, [2, 3]),
    sample([1, 1, 1, 1], { bias: false }),
    sample([2, 3, 5, 3], { weights: 2, batchFirst: true }),
    sample([2, 2, 3, 5], { weights: 2, bidirectional: true, given: ["lengths"], linearBeforeReset: false }, [1, 2]),
    sample([2, 2, 2, 3], { batchFirst: true, given: ["h0"], linearBeforeReset: false }),
    sample([3, 2, 2, 4], { given: ["h0", "lengths"], linearBeforeReset: false }, [3, 2]),
    sample([2, 3, 2, 4], { linearBeforeReset: false }),
  ],
  build(inputs, attrs) {
    const { x, weights, options } = networkTensors(inputs, attrs);
    const { output, hN } = gru(x, weights, { ...options, linearBeforeReset: attrs.linearBeforeReset ?? true });
    return joined([output, hN]);
  },
  reference: (inputs, attrs) =>
    networkReference(attrs.linearBeforeReset === false ? "gruResetFirst" : "gru", inputs, attrs),
});
