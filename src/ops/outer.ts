import { ShapeError } from "../core/errors";
import { showShape } from "../core/shape";
import type { Tensor } from "../graph/tensor";
import { mul } from "./mul";
import { unsqueeze } from "./unsqueeze";

/**
 * Outer product of two vectors, `out[i, j] = a[i] · b[j]`. It fuses with what reads it.
 * @param a [N] @param b [M], same dtype
 * @returns [N, M]
 * @throws ShapeError unless both are vectors; DTypeError
 */
export function outer(a: Tensor, b: Tensor): Tensor {
  if (a.shape.length !== 1 || b.shape.length !== 1)
    throw new ShapeError("outer", "wants two vectors", { a: showShape(a.shape), b: showShape(b.shape) });
  return mul(unsqueeze(a, 1), b);
}
