import leakyReluFunction from "../../shaders/pointwise/leaky_relu.wgsl";
import leakyReluGrad from "../../shaders/pointwise/leaky_relu_grad.wgsl";
import { type PointwiseOp, record } from "../graph/op";
import { checkOption, optionsOf } from "../graph/options";
import { pointwiseWith } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";

export interface LeakyReluOptions {
  /** Slope where x < 0; default 0.01. */
  readonly negativeSlope?: number;
}

type LeakyReluAttrs = Required<LeakyReluOptions>;

/**
 * Leaky rectified linear unit: `x` where x > 0, else `negativeSlope · x`.
 * @param x f32, any shape
 * @returns same shape
 * @throws DTypeError; ShapeError where the slope is not finite
 */
export const leakyRelu = (x: Tensor, options: LeakyReluOptions = {}): Tensor => {
  const { negativeSlope = 0.01 } = optionsOf("leakyRelu", options, "negativeSlope");
  checkOption("leakyRelu", "negativeSlope", negativeSlope, Number.isFinite(negativeSlope), "a number");
  return record(op, [x], { negativeSlope });
};

const gradOp: PointwiseOp<LeakyReluAttrs> = pointwiseWith<LeakyReluAttrs>(
  leakyReluGrad,
  ({ negativeSlope }) => [negativeSlope],
  ([x], d, attrs) => [null, record(gradOp, [x!, d], attrs)],
);

export const op = pointwiseWith<LeakyReluAttrs>(
  leakyReluFunction,
  ({ negativeSlope }) => [negativeSlope],
  // Where the slope is positive, the result has the sign of x: x need not be kept as well.
  ([x], dOut, attrs, out) => [record(gradOp, [attrs.negativeSlope > 0 ? out : x!, dOut], attrs)],
);
