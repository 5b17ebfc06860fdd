import binaryCrossEntropy from "../../shaders/pointwise/binary_cross_entropy.wgsl";
import binaryCrossEntropyGrad from "../../shaders/pointwise/binary_cross_entropy_grad.wgsl";
import { checkFactor, checkPair } from "../families/losses";
import { record } from "../graph/op";
import { optionsOf } from "../graph/options";
import { pointwise, pointwiseGrad } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { expand } from "./expand";
import { full } from "./full";
import { type LossOptions, reduced } from "./mseLoss";
import { mul } from "./mul";
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

const grad = pointwiseGrad(binaryCrossEntropyGrad);

export const op = pointwise(binaryCrossEntropy, ([x, target], dOut) => {
  const at = (t: number) => record(op, [x!, full([], t)], {});
  return [grad(x!, target!, dOut), mul(sub(at(1), at(0)), dOut)];
});
