import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { layerState, type RecurrentWeights, type RnnOptions, rnn, stepArguments } from "./rnn";

/** The option of {@link rnn} that a single step has as well. */
export type RnnCellOptions = Pick<RnnOptions, "nonlinearity">;

/**
 * One step of a recurrent network, see {@link rnn}.
 * @param x [N, D] f32
 * @param h the state before, [N, H]; default 0
 * @returns the state after, [N, H]
 * @throws ShapeError, DTypeError
 */
export function rnnCell(x: Tensor, weights: RecurrentWeights, h?: Tensor, options: RnnCellOptions = {}): Tensor {
  optionsOf("rnnCell", options, "nonlinearity");
  const { sequence, h0 } = stepArguments("rnnCell", x, { h });
  return layerState(rnn(sequence, [weights], { h0, ...options }).hN);
}
