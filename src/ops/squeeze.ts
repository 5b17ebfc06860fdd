import { normalizeAxes } from "../core/shape";
import type { Tensor } from "../graph/tensor";
import { reshape } from "./reshape";

/**
 * Leaves out dimensions of size 1.
 * @param x any dtype
 * @param axes which, default all; one that is not of size 1 stays
 * @throws ShapeError where an axis is out of range or named twice
 */
export function squeeze(x: Tensor, axes?: number | readonly number[]): Tensor {
  const list = normalizeAxes("squeeze", x.shape, axes);
  return reshape(
    x,
    x.shape.filter((size, d) => size !== 1 || !list.includes(d)),
  );
}
