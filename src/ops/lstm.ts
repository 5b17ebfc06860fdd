import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { recurrence } from "./recurrence";
import { network, RECURRENT_OPTIONS, type RecurrentOptions, type RecurrentResult, type RecurrentWeights } from "./rnn";

export interface LstmOptions extends RecurrentOptions {
  /** First states of the cells, [layers·directions, N, H]; default 0. */
  readonly c0?: Tensor | undefined;
}

export interface LstmResult extends RecurrentResult {
  /** States of the cells after the last valid step, [layers·directions, N, H]. */
  readonly cN: Tensor;
}

/**
 * Long short-term memory over whole sequences:
 * `(i, f, g, o) = (σ, σ, tanh, σ)(x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh)`, `c′ = f·c + i·g`, `h′ = o·tanh(c′)`.
 *
 * @param x [T, N, D] f32, or [N, T, D] with `batchFirst`
 * @param weights one for each layer; with `bidirectional` two, the forward direction first
 * @throws ShapeError, DTypeError
 * @see Hochreiter and Schmidhuber 1997, "Long short-term memory"; Gers et al. 2000, "Learning to forget"
 */
export function lstm(x: Tensor, weights: readonly RecurrentWeights[], options: LstmOptions = {}): LstmResult {
  optionsOf("lstm", options, `${RECURRENT_OPTIONS} c0`);
  const { output, hN, cN } = network("lstm", x, weights, options, 4, (shares, w, o) =>
    recurrence("lstm", shares(w.biasIh, w.biasHh), w.weightHh, o),
  );
  return { output, hN, cN: cN! };
}
