import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { recurrence } from "./recurrence";
import { network, RECURRENT_OPTIONS, type RecurrentOptions, type RecurrentResult, type RecurrentWeights } from "./rnn";

export interface GruOptions extends RecurrentOptions {
  /**
   * True (default, as in PyTorch): the reset gate scales the product of the state, `r·(h·W_hnᵀ + b_hn)`. False (the default in
   * ONNX): it scales the state before the product, `(r·h)·W_hnᵀ + b_hn`.
   */
  readonly linearBeforeReset?: boolean;
}

/**
 * Gated recurrent units over whole sequences: `(r, z) = σ(x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh)`,
 * `n = tanh(x·W_inᵀ + b_in + r·(h·W_hnᵀ + b_hn))`, `h′ = (1 − z)·n + z·h`.
 *
 * @param x [T, N, D] f32, or [N, T, D] with `batchFirst`
 * @param weights one for each layer; with `bidirectional` two, the forward direction first
 * @throws ShapeError, DTypeError
 * @see Cho et al. 2014, "Learning phrase representations using RNN encoder–decoder for statistical machine translation"
 */
export function gru(x: Tensor, weights: readonly RecurrentWeights[], options: GruOptions = {}): RecurrentResult {
  const { linearBeforeReset = true } = optionsOf("gru", options, `${RECURRENT_OPTIONS} linearBeforeReset`);
  const { output, hN } = network("gru", x, weights, options, 3, (shares, w, o) =>
    linearBeforeReset
      ? recurrence("gru", shares(w.biasIh), w.weightHh, { ...o, bias: w.biasHh })
      : recurrence("gruResetFirst", shares(w.biasIh, w.biasHh), w.weightHh, o),
  );
  return { output, hN };
}
