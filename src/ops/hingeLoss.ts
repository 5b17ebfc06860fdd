import hinge from "../../shaders/pointwise/hinge.wgsl";
import hingeGrad from "../../shaders/pointwise/hinge_grad.wgsl";
import { checkPair } from "../families/losses";
import { type PointwiseOp, record } from "../graph/op";
import { optionsOf } from "../graph/options";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { less } from "./less";
import { type LossOptions, reduced } from "./mseLoss";
import { mul } from "./mul";
import { neg } from "./neg";
import { where } from "./where";

/**
 * Hinge loss of a binary classifier with margin 1, `max(0, 1 − y·x)`: a support vector machine's. (PyTorch's
 * `hinge_embedding_loss` is another function.) The gradient at the kink is 0.
 *
 * @param x f32 scores, any shape
 * @param y f32 labels, −1 or 1, same shape; it gets a gradient too
 * @returns a scalar, or for reduction "none" the shape of x
 * @throws ShapeError, DTypeError
 * @see Cortes and Vapnik 1995, "Support-vector networks"
 */
export function hingeLoss(x: Tensor, y: Tensor, options: LossOptions = {}): Tensor {
  const { reduction = "mean" } = optionsOf("hingeLoss", options, "reduction");
  checkPair("hingeLoss", x, y);
  return reduced("hingeLoss", record(op, [x, y], {}), reduction);
}

/** −y·dOut where y·x < 1, else 0: linear in y and dOut beside the kink. */
const gradOp: PointwiseOp = pointwise(hingeGrad, ([x, y, dOut], q) => {
  const byY = where(less(mul(x!, y!), 1), neg(mul(q, dOut!)), 0);
  return [null, byY, record(gradOp, [x!, y!, q], {})];
});

const grad = (...inputs: Tensor[]) => record(gradOp, inputs, {});

// The loss is symmetric in its inputs.
export const op = pointwise(hinge, ([x, y], dOut) => [grad(x!, y!, dOut), grad(y!, x!, dOut)]);
