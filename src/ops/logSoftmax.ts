import acrossFunction from "../../shaders/pointwise/log_softmax_across.wgsl";
import { record } from "../graph/op";
import { pointwiseWith } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { exp } from "./exp";
import { log } from "./log";
import { powerSums } from "./logSumExp";
import { mul } from "./mul";
import { alongAxis, type SoftmaxAttrs, softmaxOp } from "./softmax";
import { sub } from "./sub";
import { sum } from "./sum";

/**
 * Log probabilities `x − log Σ eˣ` along an axis, computed without overflow.
 * @param x f32, any shape but a scalar
 * @param axis default the last
 * @returns same shape
 * @throws ShapeError, DTypeError
 */
export const logSoftmax = (x: Tensor, axis = -1): Tensor =>
  alongAxis(op, x, axis, (wide, d) => {
    const { largest, total } = powerSums(wide, [d]);
    return record(acrossOp, [wide, largest, log(total)], { axis: d });
  });

/** As softmax's: the gradient for x includes what flows through the other two, which have none. */
const acrossOp = pointwiseWith<SoftmaxAttrs>(
  acrossFunction,
  () => [],
  (_, dOut, { axis }, out) => [sub(dOut, mul(exp(out), sum(dOut, axis, { keepDims: true }))), null, null],
);

export const op = softmaxOp("logSoftmax", 1);
