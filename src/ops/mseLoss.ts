import squaredError from "../../shaders/pointwise/squared_error.wgsl";
import { checkPair, checkReduction, type Reduction } from "../families/losses";
import { record } from "../graph/op";
import { optionsOf } from "../graph/options";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { mean } from "./mean";
import { mul } from "./mul";
import { neg } from "./neg";
import { sub } from "./sub";
import { sum } from "./sum";

export interface LossOptions {
  /** "mean" over all elements (default), their "sum", or "none": a loss for each. */
  readonly reduction?: Reduction;
}

/**
 * Squared error `(x − target)²`.
 * @param x f32, any shape
 * @param target f32, same shape; it gets a gradient too
 * @returns a scalar, or for reduction "none" the shape of x
 * @throws ShapeError, DTypeError
 */
export function mseLoss(x: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const { reduction = "mean" } = optionsOf("mseLoss", options, "reduction");
  checkPair("mseLoss", x, target);
  return reduced("mseLoss", record(op, [x, target], {}), reduction);
}

/** Reduces the losses of elements, which fuse with the sum. */
export function reduced(name: string, losses: Tensor, reduction: Reduction): Tensor {
  checkReduction(name, reduction);
  if (reduction === "none") return losses;
  return reduction === "mean" ? mean(losses) : sum(losses);
}

// The difference is recomputed instead of kept: that costs nothing within the gradient's kernel.
export const op = pointwise(squaredError, ([x, target], dOut) => {
  const dx = mul(mul(sub(x!, target!), 2), dOut);
  return [dx, neg(dx)];
});
