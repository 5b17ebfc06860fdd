import huber from "../../shaders/pointwise/huber.wgsl";
import huberGrad from "../../shaders/pointwise/huber_grad.wgsl";
import { ShapeError } from "../core/errors";
import { checkPair } from "../families/losses";
import { type PointwiseOp, record } from "../graph/op";
import { optionsOf } from "../graph/options";
import { pointwiseWith } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { abs } from "./abs";
import { lessEqual } from "./lessEqual";
import { type LossOptions, reduced } from "./mseLoss";
import { mul } from "./mul";
import { neg } from "./neg";
import { sub } from "./sub";
import { where } from "./where";

interface HuberAttrs {
  readonly delta: number;
}

export interface HuberLossOptions extends LossOptions {
  /** Difference up to which the loss is quadratic; default 1. */
  readonly delta?: number;
}

/**
 * Huber's loss: with r = x − target, `r²/2` where |r| ≤ delta, else `delta · (|r| − delta/2)`: quadratic near, linear far
 * away, so that outliers pull no harder than delta. (PyTorch's smooth L1 is this divided by delta.)
 *
 * @param x f32, any shape
 * @param target f32, same shape; it gets a gradient too
 * @returns a scalar, or for reduction "none" the shape of x
 * @throws ShapeError where shapes differ or delta is not above 0; DTypeError
 * @see Huber 1964, "Robust estimation of a location parameter"
 */
export function huberLoss(x: Tensor, target: Tensor, options: HuberLossOptions = {}): Tensor {
  const { reduction = "mean", delta = 1 } = optionsOf("huberLoss", options, "delta reduction");
  checkPair("huberLoss", x, target);
  if (!(delta > 0)) throw new ShapeError("huberLoss", `delta ${delta}`, { wants: "delta > 0" });
  return reduced("huberLoss", record(op, [x, target], { delta }), reduction);
}

const delta = ({ delta }: HuberAttrs) => [delta];
const gradOp: PointwiseOp<HuberAttrs> = pointwiseWith<HuberAttrs>(huberGrad, delta, ([x, target, dOut], q, attrs) => {
  const isNear = lessEqual(abs(sub(x!, target!)), attrs.delta);
  const byX = where(isNear, mul(q, dOut!), 0);
  return [byX, neg(byX), record(gradOp, [x!, target!, q], attrs)];
});

export const op = pointwiseWith<HuberAttrs>(huber, delta, ([x, target], dOut, attrs) => {
  const dx = record(gradOp, [x!, target!, dOut], attrs);
  return [dx, neg(dx)];
});
