import type { Tensor } from "../../src/graph/tensor";
import { gru } from "../../src/ops/gru";
import { lstm } from "../../src/ops/lstm";
import { type RecurrentOptions, type RecurrentWeights, rnn } from "../../src/ops/rnn";
import { tensor } from "../../src/train/tensor";
import { type Build, describeGoldens } from "./goldens";

interface Attrs {
  readonly numLayers: number;
  readonly bidirectional: boolean;
  /** Whether there are biases, which shows in the weights. */
  readonly bias?: boolean;
  readonly lengths?: number[];
  readonly nonlinearity?: "tanh" | "relu";
}

type Run = (x: Tensor, weights: RecurrentWeights[], options: RecurrentOptions & { c0?: Tensor }) => Tensor[];

/** PyTorch's names of the weights: `weight_ih_l0`, …, `bias_hh_l1_reverse`. */
const network =
  (run: Run): Build =>
  (t, { numLayers, lengths, bias: _, ...options }: Attrs) => {
    const directions = options.bidirectional ? ["", "_reverse"] : [""];
    const names = Array.from({ length: numLayers }, (_, layer) => directions.map((d) => `l${layer}${d}`)).flat();
    const weights = names.map((name) => ({
      weightIh: t[`weight_ih_${name}`]!,
      weightHh: t[`weight_hh_${name}`]!,
      biasIh: t[`bias_ih_${name}`],
      biasHh: t[`bias_hh_${name}`],
    }));
    const valid = lengths && tensor(Int32Array.from(lengths));
    return run(t.x!, weights, { ...options, h0: t.h0, ...(t.c0 && { c0: t.c0 }), lengths: valid });
  };

await describeGoldens("recurrent", {
  lstm: network((...call) => {
    const { output, hN, cN } = lstm(...call);
    return [output, hN, cN];
  }),
  gru: network((...call) => {
    const { output, hN } = gru(...call);
    return [output, hN];
  }),
  rnn: network((...call) => {
    const { output, hN } = rnn(...call);
    return [output, hN];
  }),
});
