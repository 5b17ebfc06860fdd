import absoluteError from "../../shaders/pointwise/absolute_error.wgsl";
import { checkPair } from "../families/losses";
import { record } from "../graph/op";
import { optionsOf } from "../graph/options";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { type LossOptions, reduced } from "./mseLoss";
import { mul } from "./mul";
import { neg } from "./neg";
import { sign } from "./sign";
import { sub } from "./sub";

/**
 * Absolute error `|x − target|`. The gradient where they are equal is 0.
 * @param x f32, any shape
 * @param target f32, same shape; it gets a gradient too
 * @returns a scalar, or for reduction "none" the shape of x
 * @throws ShapeError, DTypeError
 */
export function l1Loss(x: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const { reduction = "mean" } = optionsOf("l1Loss", options, "reduction");
  checkPair("l1Loss", x, target);
  return reduced("l1Loss", record(op, [x, target], {}), reduction);
}

export const op = pointwise(absoluteError, ([x, target], dOut) => {
  const dx = mul(dOut, sign(sub(x!, target!)));
  return [dx, neg(dx)];
});
