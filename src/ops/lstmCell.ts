import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { lstm } from "./lstm";
import { layerState, type RecurrentWeights, stepArguments } from "./rnn";

/**
 * One step of an LSTM, see {@link lstm}.
 * @param x [N, D] f32
 * @param state h and c before, [N, H] each; default 0
 * @returns h and c after, [N, H] each
 * @throws ShapeError, DTypeError
 */
export function lstmCell(
  x: Tensor,
  weights: RecurrentWeights,
  state: { readonly h?: Tensor; readonly c?: Tensor } = {},
): { readonly h: Tensor; readonly c: Tensor } {
  const { sequence, h0, c0 } = stepArguments("lstmCell", x, optionsOf("lstmCell", state, "h c"));
  const { hN, cN } = lstm(sequence, [weights], { h0, c0 });
  return { h: layerState(hN), c: layerState(cN) };
}
