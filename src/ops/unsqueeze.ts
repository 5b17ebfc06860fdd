import { ShapeError } from "../core/errors";
import { showShape } from "../core/shape";
import type { Tensor } from "../graph/tensor";
import { reshape } from "./reshape";

/**
 * Inserts a dimension of size 1.
 * @param x any dtype
 * @param axis its place in the result; −1 makes it the last
 * @throws ShapeError where it is out of range
 */
export function unsqueeze(x: Tensor, axis: number): Tensor {
  const rank = x.shape.length;
  const d = axis < 0 ? axis + rank + 1 : axis;
  if (!Number.isInteger(d) || d < 0 || d > rank)
    throw new ShapeError("unsqueeze", `axis ${axis} is out of range`, { x: showShape(x.shape) });
  return reshape(x, [...x.shape.slice(0, d), 1, ...x.shape.slice(d)]);
}
