import binaryCrossEntropy from "../../shaders/pointwise/binary_cross_entropy.wgsl";
import binaryCrossEntropyGrad from "../../shaders/pointwise/binary_cross_entropy_grad.wgsl";
import { checkFactor, checkPair } from "../families/losses";
import { type PointwiseOp, record } from "../graph/op";
import { optionsOf } from "../graph/options";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { add } from "./add";
import { div } from "./div";
import { expand } from "./expand";
import { full } from "./full";
import { type LossOptions, reduced } from "./mseLoss";
import { mul } from "./mul";
import { neg } from "./neg";
import { atLeast } from "./norm";
import { square } from "./square";
import { sub } from "./sub";

export interface BceOptions extends LossOptions {
  /** Factor of each element's loss, f32 of a shape that broadcasts to that of x. The mean divides by the number of elements. */
  readonly weight?: Tensor;
}

/**
 * Binary cross-entropy of probabilities, `−(t·log x + (1 − t)·log(1 − x))`. Logarithms below −100 count as −100, so that
 * a certain mistake costs 100 and not ∞. Prefer `bceWithLogits` where the probabilities come from a sigmoid: it is more exact.
 *
 * @param x f32, probabilities, any shape; the loss of one outside 0…1 (a logit?) is NaN
 * @param target f32 0…1, same shape; it gets a gradient too
 * @returns a scalar, or for reduction "none" the shape of x
 * @throws ShapeError, DTypeError
 */
export function bce(x: Tensor, target: Tensor, options: BceOptions = {}): Tensor {
  const { reduction = "mean", weight } = optionsOf("bce", options, "weight reduction");
  checkPair("bce", x, target);
  checkFactor("bce", "weight", weight, x);
  const losses = record(op, [x, target], {});
  return reduced("bce", weight ? mul(losses, expand(weight, x.shape)) : losses, reduction);
}

/**
 * (x − t) / D · dOut, D = x·(1 − x), which is at least 1e-12 here and below. Its derivative for x, the second of the loss, is
 * ((x − t)² + t·(1 − t)) / D²: the exact one wherever D is larger, and very large, not infinite, beside a certain mistake.
 */
const gradOp: PointwiseOp = pointwise(binaryCrossEntropyGrad, ([x, t, dOut], q) => {
  const below = atLeast(mul(x!, sub(1, x!)), 1e-12);
  const flowing = div(mul(q, dOut!), below);
  const curvature = div(add(square(sub(x!, t!)), mul(t!, sub(1, t!))), below);
  return [mul(flowing, curvature), neg(flowing), record(gradOp, [x!, t!, q], {})];
});

export const op = pointwise(binaryCrossEntropy, ([x, target], dOut) => {
  const at = (t: number) => record(op, [x!, full([], t)], {});
  return [record(gradOp, [x!, target!, dOut], {}), mul(sub(at(1), at(0)), dOut)];
});
