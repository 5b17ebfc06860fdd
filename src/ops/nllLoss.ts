import nllKernel from "../../shaders/nll_loss.wgsl";
import gradKernel from "../../shaders/nll_loss_grad.wgsl";
import gradByFour from "../../shaders/nll_loss_grad_by_four.wgsl";
import { checkReduction, checkRows, limitLabels, type Reduction } from "../families/losses";
import { foursOf } from "../families/rowwise";
import { checkTensors, type KernelOp, record } from "../graph/op";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { full } from "./full";
import { inverseTotal, labelWeights } from "./labelWeights";
import { mul } from "./mul";
import { reshape } from "./reshape";
import { sum } from "./sum";

export interface NllLossOptions {
  /** Rows with this label do not count; default −1 (PyTorch: −100). */
  readonly ignoreIndex?: number;
  /** A factor for each class, f32 [C]; the mean divides by the sum of the rows' factors. No gradient flows into it. */
  readonly weight?: Tensor | undefined;
  /** "mean" over the rows that count (default), their "sum", or "none": a loss for each row. */
  readonly reduction?: Reduction;
}

/**
 * Negative log-likelihood of labels, `−x[label] · weight[label]`, from log-probabilities (see `logSoftmax`; logits go to
 * `softmaxCrossEntropy`, which does both in one kernel).
 *
 * @param x [..., C] f32 log-probabilities
 * @param labels [...] i32, 0 … C − 1 or `ignoreIndex`. Other labels are refused in feeds (before the step runs) and data; rows
 *   where they are computed do not count
 * @returns a scalar, or for reduction "none" the shape of the labels. The mean of no rows is 0
 * @throws ShapeError, DTypeError; DataError where data holds another label
 */
export function nllLoss(x: Tensor, labels: Tensor, options: NllLossOptions = {}): Tensor {
  const {
    ignoreIndex = -1,
    reduction = "mean",
    weight,
  } = optionsOf("nllLoss", options, "ignoreIndex weight reduction");
  checkTensors("nllLoss", [x, labels, ...(weight ? [weight] : [])]);
  const { rows, classes, shape } = checkRows("nllLoss", x, labels, weight, false);
  checkReduction("nllLoss", reduction);
  limitLabels("nllLoss", labels, classes, ignoreIndex);
  const flat = reshape(labels, [rows]);
  const weights = labelWeights(flat, { classes, ignoreIndex, weight });
  const losses = record(op, [reshape(x, [rows, classes]), flat, weight ? weights : full([], 1)], { ignoreIndex });
  if (reduction === "none") return reshape(losses, shape);
  return reduction === "mean" ? mul(sum(losses), inverseTotal(weights)) : sum(losses);
}

interface Attrs {
  readonly ignoreIndex: number;
}

/** Inputs: x, labels, and a factor for each row or one for all. Linear in x and in the factor. */
export const op: KernelOp<Attrs> = {
  kind: "kernel",
  name: "nllLoss",
  infer: ([, labels]) => [{ shape: labels!.shape, dtype: "f32" }],
  lower([x, labels, factor], [losses], { ignoreIndex }) {
    const [rows, classes] = x!.shape as [number, number];
    const buffers = { x: x!, labels: labels!, factor: factor!, losses: losses! };
    const params = { rows, classes, ignore_index: ignoreIndex, stride: Number(factor!.shape.length > 0) };
    return [nllKernel.dispatch({ buffers, params, grid: rows, flops: rows })];
  },
  vjp([x, labels, factor], [dLosses], attrs) {
    const classes = x!.shape[1]!;
    const byRow = factor!.shape.length > 0;
    const dFactor = byRow ? mul(record(op, [x!, labels!, full(factor!.shape, 1)], attrs), dLosses!) : null;
    return [record(grad, [mul(factor!, dLosses!), labels!], { classes, ...attrs }), null, dFactor];
  },
};

/** Inputs: the factor of each row, which is computed where it is read, and the labels. Linear in the factor. */
const grad: KernelOp<Attrs & { readonly classes: number }> = {
  kind: "kernel",
  name: "nll_loss_grad",
  prologue: true,
  infer: ([, labels], { classes }) => [{ shape: [...labels!.shape, classes], dtype: "f32" }],
  lower([factor, labels], [dx], { classes, ignoreIndex }, target) {
    const buffers = { x: factor!, labels: labels!, dx: dx! };
    const { size } = dx!;
    const ignored = { ignore_index: ignoreIndex };
    if (classes % 4 === 0) {
      const EACH = foursOf(classes, target);
      const len = size / 4 / EACH;
      const constants = { QUADS: classes / 4, EACH };
      return [gradByFour.dispatch({ buffers, params: { len, ...ignored }, constants, grid: len, flops: size })];
    }
    const constants = { CLASSES: classes };
    return [gradKernel.dispatch({ buffers, params: { len: size, ...ignored }, constants, grid: size, flops: size })];
  },
  vjp: ([factor, labels], [dDx], { ignoreIndex }) => [
    record(op, [dDx!, labels!, full(factor!.shape, 1)], { ignoreIndex }),
    null,
  ],
};
