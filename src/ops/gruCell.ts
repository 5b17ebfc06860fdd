import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { type GruOptions, gru } from "./gru";
import { layerState, type RecurrentWeights, stepArguments } from "./rnn";

/** The option of {@link gru} that a single step has as well. */
export type GruCellOptions = Pick<GruOptions, "linearBeforeReset">;

/**
 * One step of a gated recurrent unit, see {@link gru}.
 * @param x [N, D] f32
 * @param h the state before, [N, H]; default 0
 * @returns the state after, [N, H]
 * @throws ShapeError, DTypeError
 */
export function gruCell(x: Tensor, weights: RecurrentWeights, h?: Tensor, options: GruCellOptions = {}): Tensor {
  optionsOf("gruCell", options, "linearBeforeReset");
  const { sequence, h0 } = stepArguments("gruCell", x, { h });
  return layerState(gru(sequence, [weights], { h0, ...options }).hN);
}
