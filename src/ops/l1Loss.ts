import absoluteError from "../../shaders/pointwise/absolute_error.wgsl";
import absoluteGrad from "../../shaders/pointwise/absolute_grad.wgsl";
import { checkPair } from "../families/losses";
import { record } from "../graph/op";
import { pointwise, pointwiseGrad } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { type LossOptions, reduced } from "./mseLoss";
import { neg } from "./neg";
import { sub } from "./sub";

/**
 * Absolute error `|x − target|`. The gradient where they are equal is 0.
 * @param x f32, any shape
 * @param target f32, same shape; it gets a gradient too
 * @returns a scalar, or for reduction "none" the shape of x
 * @throws ShapeError, DTypeError
 */
export function l1Loss(x: Tensor, target: Tensor, { reduction = "mean" }: LossOptions = {}): Tensor {
  checkPair("l1Loss", x, target);
  return reduced("l1Loss", record(op, [x, target], {}), reduction);
}

const grad = pointwiseGrad(absoluteGrad);

export const op = pointwise(absoluteError, ([x, target], dOut) => {
  const dx = grad(sub(x!, target!), dOut);
  return [dx, neg(dx)];
});
