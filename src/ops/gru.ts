import stepIsValid from "../../shaders/pointwise/step_is_valid.wgsl";
import { record } from "../graph/op";
import { pointwiseWith } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { add } from "./add";
import { concat } from "./concat";
import { full } from "./full";
import { matmul } from "./matmul";
import { mul } from "./mul";
import { type RecurrenceOptions, type RecurrenceResult, recurrence } from "./recurrence";
import { reshape } from "./reshape";
import { network, type RecurrentOptions, type RecurrentResult, type RecurrentWeights } from "./rnn";
import { sigmoid } from "./sigmoid";
import { slice } from "./slice";
import { sub } from "./sub";
import { tanh } from "./tanh";

export interface GruOptions extends RecurrentOptions {
  /**
   * Default true, as PyTorch has it: the reset gate scales the products of the state, `r·(h·W_hnᵀ + b_hn)`. False, as ONNX
   * has it by default: it scales the state, `(r·h)·W_hnᵀ + b_hn`. That form is made of ops, a few launches a step.
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
export function gru(
  x: Tensor,
  weights: readonly RecurrentWeights[],
  { linearBeforeReset = true, ...options }: GruOptions = {},
): RecurrentResult {
  const { output, hN } = network("gru", x, weights, options, 3, (shares, w, o) =>
    linearBeforeReset
      ? recurrence("gru", shares(w.biasIh), w.weightHh, { ...o, bias: w.biasHh })
      : resetBefore(shares(w.biasIh, w.biasHh), w.weightHh, o),
  );
  return { output, hN };
}

/** 1 where a sequence, by its length, has the step. */
const validOp = pointwiseWith<{ readonly step: number }>(
  stepIsValid,
  ({ step }) => [step],
  () => [null],
);

/** The recurrence in which the reset gate scales the state. */
function resetBefore(x: Tensor, weight: Tensor, options: RecurrenceOptions): RecurrenceResult {
  const { h0, lengths, reverse = false, batchFirst = false } = options;
  const time = batchFirst ? 1 : 0;
  const [steps, batch, hidden] = [x.shape[time]!, x.shape[1 - time]!, weight.shape[1]!];
  const column = lengths && reshape(lengths, [batch, 1]);
  const gatesOf = (t: Tensor, first: number, end: number) => slice(t, 1, first * hidden, end * hidden);
  const rows = (first: number, end: number) => slice(weight, 0, first * hidden, end * hidden);
  let h = h0 ?? full([batch, hidden], 0);
  const outputs: Tensor[] = [];
  for (let i = 0; i < steps; i++) {
    const step = reverse ? steps - 1 - i : i;
    const shares = reshape(slice(x, time, step, step + 1), [batch, 3 * hidden]);
    const rz = sigmoid(add(gatesOf(shares, 0, 2), matmul(h, rows(0, 2), { transB: true })));
    const [r, z] = [gatesOf(rz, 0, 1), gatesOf(rz, 1, 2)];
    const n = tanh(add(gatesOf(shares, 2, 3), matmul(mul(r, h), rows(2, 3), { transB: true })));
    const after = add(n, mul(z, sub(h, n)));
    const valid = column && record(validOp, [column], { step });
    h = valid ? add(h, mul(valid, sub(after, h))) : after;
    const shown = reshape(valid ? mul(valid, after) : after, batchFirst ? [batch, 1, hidden] : [1, batch, hidden]);
    if (reverse) outputs.unshift(shown);
    else outputs.push(shown);
  }
  return { output: concat(outputs, time), hN: h, cN: undefined };
}
