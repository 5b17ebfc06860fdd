import meanKernel from "../../shaders/mean_loss.wgsl";
import lossKernel from "../../shaders/softmax_cross_entropy.wgsl";
import gradKernel from "../../shaders/softmax_cross_entropy_grad.wgsl";
import { ShapeError } from "../core/errors";
import { showSpec } from "../core/shape";
import { checkDTypes, type KernelOp, noSecondDerivative, record, recordAll } from "../graph/op";
import { scratch, type Tensor } from "../graph/tensor";
import { full } from "./full";

interface Attrs {
  readonly ignoreIndex: number;
  readonly reduction: "mean" | "sum" | "none";
}

export interface CrossEntropyOptions {
  /** Rows with this label count for nothing; default −1. */
  readonly ignoreIndex?: number;
  /** "mean" over the rows that count (default), their "sum", or "none": a loss for each row. */
  readonly reduction?: "mean" | "sum" | "none";
}

/**
 * Cross-entropy between labels and the softmax of logits, `log Σ e^logits − logits[label]`, computed without overflow.
 * The gradient, `softmax − onehot`, is recomputed from the logits: nothing is kept.
 *
 * @param logits [N, C] f32
 * @param labels [N] i32, 0 … C − 1 or `ignoreIndex`; a row with any other label counts for nothing. When labels are fed
 *   to a captured step, other values are refused before the step runs
 * @returns a scalar, or [N] for reduction "none"
 * @throws ShapeError, DTypeError
 */
export function softmaxCrossEntropy(logits: Tensor, labels: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { ignoreIndex = -1, reduction = "mean" } = options;
  const [loss] = recordAll(op, [logits, labels], { ignoreIndex, reduction });
  if (labels.leaf?.kind === "feed")
    labels.leaf.limit = { low: Math.min(0, ignoreIndex), high: logits.shape[1]! - 1, op: "softmaxCrossEntropy" };
  return loss!;
}

/** Outputs: the loss, or one for each row; and for mean and sum what a row's gradient is multiplied with. */
export const op: KernelOp<Attrs> = {
  kind: "kernel",
  name: "softmaxCrossEntropy",
  infer([logits, labels], { reduction }) {
    checkDTypes("softmaxCrossEntropy", [logits!], ["f32"]);
    checkDTypes("softmaxCrossEntropy", [labels!], ["i32"]);
    if (logits!.shape.length !== 2 || labels!.shape.length !== 1 || labels!.shape[0] !== logits!.shape[0])
      throw new ShapeError("softmaxCrossEntropy", "wants logits [N, C] and one label for each row", {
        logits: showSpec(logits!),
        labels: showSpec(labels!),
      });
    const scalar = { shape: [], dtype: "f32" as const };
    return reduction === "none" ? [{ shape: [logits!.shape[0]!], dtype: "f32" }] : [scalar, scalar];
  },
  lower([logits, labels], [loss, inverse], { ignoreIndex, reduction }) {
    const [rows, classes] = logits!.shape as [number, number];
    const perRow = { shape: [rows], dtype: "f32" as const };
    const losses = reduction === "none" ? loss! : scratch(perRow);
    const weights = scratch(perRow);
    const each = lossKernel.dispatch({
      buffers: { logits: logits!, labels: labels!, losses, weights },
      params: { rows, classes, ignore_index: ignoreIndex },
      grid: rows,
      flops: 6 * logits!.size,
    });
    if (reduction === "none") return [each];
    const buffers = { losses, weights, loss: loss!, inverse: inverse! };
    const constants = { MEAN: Number(reduction === "mean") };
    return [each, meanKernel.dispatch({ buffers, params: { rows }, constants, grid: [1], flops: 2 * rows })];
  },
  vjp: ([logits, labels], [dLoss], attrs, [, inverse]) => [
    dLoss ? record(grad, [logits!, labels!, dLoss, inverse ?? full([], 1)], attrs) : null,
    null,
  ],
};

const grad: KernelOp<Attrs> = {
  kind: "kernel",
  name: "softmax_cross_entropy_grad",
  infer: ([logits]) => [logits!],
  lower([logits, labels, dLoss, inverse], [dLogits], { ignoreIndex, reduction }) {
    const [rows, classes] = logits!.shape as [number, number];
    const buffers = { logits: logits!, labels: labels!, d_loss: dLoss!, inverse: inverse!, d_logits: dLogits! };
    const params = { rows, classes, ignore_index: ignoreIndex, d_stride: Number(reduction === "none") };
    return [gradKernel.dispatch({ buffers, params, grid: rows, flops: 8 * logits!.size })];
  },
  vjp: noSecondDerivative("softmax_cross_entropy_grad"),
};
