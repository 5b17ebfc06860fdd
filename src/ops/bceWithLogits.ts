import binaryCrossEntropyLogits from "../../shaders/pointwise/binary_cross_entropy_logits.wgsl";
import { checkFactor, checkPair } from "../families/losses";
import { record } from "../graph/op";
import { optionsOf } from "../graph/options";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { add } from "./add";
import type { BceOptions } from "./bce";
import { expand } from "./expand";
import { full } from "./full";
import { reduced } from "./mseLoss";
import { mul } from "./mul";
import { neg } from "./neg";
import { sigmoid } from "./sigmoid";
import { sub } from "./sub";

export interface BceWithLogitsOptions extends BceOptions {
  /** Factor of the loss of positives, f32 of a shape that broadcasts to that of x ([L]: one for each label). Above 1 favours recall. */
  readonly posWeight?: Tensor;
}

/**
 * Binary cross-entropy of the sigmoid of logits, `(1 − t)·x + (1 + (posWeight − 1)·t)·log(1 + e⁻ˣ)`, computed without
 * overflow. Every element has a sigmoid of its own: for labels that do not exclude each other.
 *
 * @param x f32 logits, any shape
 * @param target f32 0…1, same shape; it gets a gradient too
 * @returns a scalar, or for reduction "none" the shape of x
 * @throws ShapeError, DTypeError
 */
export function bceWithLogits(x: Tensor, target: Tensor, options: BceWithLogitsOptions = {}): Tensor {
  const { reduction = "mean", weight, posWeight } = optionsOf("bceWithLogits", options, "posWeight weight reduction");
  checkPair("bceWithLogits", x, target);
  checkFactor("bceWithLogits", "weight", weight, x);
  checkFactor("bceWithLogits", "posWeight", posWeight, x);
  const positive = posWeight ? expand(posWeight, x.shape) : full([], 1);
  const losses = record(op, [x, target, positive], {});
  return reduced("bceWithLogits", weight ? mul(losses, expand(weight, x.shape)) : losses, reduction);
}

// With s(x) = log(1 + e⁻ˣ), s′ = −σ(−x): dx = (1 − t) − (1 + (p − 1)·t)·σ(−x), dt = (p − 1)·s − x, dp = t·s.
export const op = pointwise(binaryCrossEntropyLogits, ([x, target, positive], dOut) => {
  const factor = add(mul(sub(positive!, 1), target!), 1);
  const dx = sub(sub(1, target!), mul(factor, sigmoid(neg(x!))));
  const softplus = () => record(op, [x!, full([], 1), full([], 1)], {});
  const dTarget = sub(mul(sub(positive!, 1), softplus()), x!);
  return [mul(dx, dOut), mul(dTarget, dOut), mul(mul(target!, softplus()), dOut)];
});
