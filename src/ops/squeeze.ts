import { normalizeAxes } from "../core/shape";
import type { Tensor } from "../graph/tensor";
import { reshape } from "./reshape";

/**
 * Removes dimensions of size 1.
 * @param x any dtype
 * @param axes which, default all; dimensions of other sizes stay
 * @throws ShapeError where an axis is out of range or named twice
 */
export function squeeze(x: Tensor, axes?: number | readonly number[]): Tensor {
  const list = normalizeAxes("squeeze", x.shape, axes);
  return reshape(
    x,
    x.shape.filter((size, d) => size !== 1 || !list.includes(d)),
  );
}
