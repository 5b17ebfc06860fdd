import { normalizeAxis } from "../core/shape";
import { record } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { softmaxOp } from "./softmax";

/**
 * Log probabilities `x − log Σ eˣ` along an axis, computed without overflow.
 * @param x f32, any shape but a scalar
 * @param axis default the last
 * @returns same shape
 * @throws ShapeError, DTypeError
 */
export const logSoftmax = (x: Tensor, axis = -1): Tensor =>
  record(op, [x], { axis: normalizeAxis("logSoftmax", x.shape, axis) });

export const op = softmaxOp("logSoftmax", 1);
