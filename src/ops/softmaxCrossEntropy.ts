import lossKernel from "../../shaders/softmax_cross_entropy.wgsl";
import gradKernel from "../../shaders/softmax_cross_entropy_grad.wgsl";
import { ShapeError } from "../core/errors";
import { showSpec } from "../core/shape";
import { checkDTypes, type KernelOp, noSecondDerivative, record, recordAll } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { div } from "./div";
import { sum } from "./sum";

interface Attrs {
  readonly ignoreIndex: number;
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
  const [losses, weights] = recordAll(op, [logits, labels], { ignoreIndex });
  if (labels.leaf?.kind === "feed")
    labels.leaf.limit = { low: Math.min(0, ignoreIndex), high: logits.shape[1]! - 1, op: "softmaxCrossEntropy" };
  if (reduction === "none") return losses!;
  return reduction === "sum" ? sum(losses!) : div(sum(losses!), sum(weights!));
}

/** Outputs: the loss of each row, and whether it counts (1 or 0). */
export const op: KernelOp<Attrs> = {
  kind: "kernel",
  name: "softmaxCrossEntropy",
  infer([logits, labels]) {
    checkDTypes("softmaxCrossEntropy", [logits!], ["f32"]);
    checkDTypes("softmaxCrossEntropy", [labels!], ["i32"]);
    if (logits!.shape.length !== 2 || labels!.shape.length !== 1 || labels!.shape[0] !== logits!.shape[0])
      throw new ShapeError("softmaxCrossEntropy", "wants logits [N, C] and one label for each row", {
        logits: showSpec(logits!),
        labels: showSpec(labels!),
      });
    const spec = { shape: [logits!.shape[0]!], dtype: "f32" as const };
    return [spec, spec];
  },
  lower([logits, labels], [losses, weights], { ignoreIndex }) {
    const [rows, classes] = logits!.shape as [number, number];
    const buffers = { logits: logits!, labels: labels!, losses: losses!, weights: weights! };
    const params = { rows, classes, ignore_index: ignoreIndex };
    return [lossKernel.dispatch({ buffers, params, grid: rows, flops: 6 * logits!.size })];
  },
  vjp: ([logits, labels], [dLosses], attrs) => [
    dLosses ? record(grad, [logits!, labels!, dLosses], attrs) : null,
    null,
  ],
};

const grad: KernelOp<Attrs> = {
  kind: "kernel",
  name: "softmax_cross_entropy_grad",
  infer: ([logits]) => [logits!],
  lower([logits, labels, dLosses], [dLogits], { ignoreIndex }) {
    const [rows, classes] = logits!.shape as [number, number];
    const buffers = { logits: logits!, labels: labels!, d_losses: dLosses!, d_logits: dLogits! };
    const params = { rows, classes, ignore_index: ignoreIndex };
    return [gradKernel.dispatch({ buffers, params, grid: rows, flops: 8 * logits!.size })];
  },
  vjp: noSecondDerivative("softmax_cross_entropy_grad"),
};
