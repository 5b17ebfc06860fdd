import { ShapeError } from "../core/errors";
import { sameShape, showShape } from "../core/shape";
import { checkDTypes } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { mul } from "./mul";
import { sum } from "./sum";

/**
 * Inner product of two vectors, `Σ a[i] · b[i]`, accumulated in f32.
 * @param a f32 [K]
 * @param b f32 [K]
 * @returns a scalar
 * @throws ShapeError unless both are vectors of one length; DTypeError
 */
export function dot(a: Tensor, b: Tensor): Tensor {
  checkDTypes("dot", [a, b], ["f32"]);
  if (a.shape.length !== 1 || !sameShape(a.shape, b.shape))
    throw new ShapeError("dot", "wants two vectors of one length", { a: showShape(a.shape), b: showShape(b.shape) });
  return sum(mul(a, b));
}
