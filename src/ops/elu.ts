import eluFunction from "../../shaders/pointwise/elu.wgsl";
import { record } from "../graph/op";
import { checkOption, optionsOf } from "../graph/options";
import { pointwiseWith } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { clamp } from "./clamp";
import { exp } from "./exp";
import { greater } from "./greater";
import { mul } from "./mul";
import { where } from "./where";

export interface EluOptions {
  /** What the result tends to as x falls, negated; default 1. */
  readonly alpha?: number;
}

/**
 * Exponential linear unit: `x` where x > 0, else `alpha · (eˣ − 1)`.
 * @param x f32, any shape
 * @returns same shape
 * @throws DTypeError; ShapeError where alpha is not finite
 * @see Clevert, Unterthiner and Hochreiter 2015, "Fast and accurate deep network learning by exponential linear units"
 */
export const elu = (x: Tensor, options: EluOptions = {}): Tensor => {
  const { alpha = 1 } = optionsOf("elu", options, "alpha");
  checkOption("elu", "alpha", alpha, Number.isFinite(alpha), "a number");
  return record(op, [x], { alpha });
};

export const op = pointwiseWith<Required<EluOptions>>(
  eluFunction,
  ({ alpha }) => [alpha],
  // x is clamped so that the exponential cannot overflow where it is not used.
  ([x], dOut, { alpha }) => [mul(dOut, where(greater(x!, 0), 1, mul(exp(clamp(x!, { max: 0 })), alpha)))],
);
