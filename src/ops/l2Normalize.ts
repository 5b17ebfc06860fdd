import { normalizeAxis } from "../core/shape";
import type { Tensor } from "../graph/tensor";
import { div } from "./div";
import { lengthFor } from "./norm";

/**
 * Rows of length 1: `x / max(‖x‖₂, eps)` along an axis.
 * @param x f32
 * @param axis default 1, or the only one
 * @param eps default 1e-12
 * @returns same shape
 * @throws ShapeError where the axis is out of range
 * @throws DataError unless eps is at least 0
 * @throws DTypeError
 */
export function l2Normalize(x: Tensor, axis = Math.min(1, x.shape.length - 1), eps = 1e-12): Tensor {
  const d = normalizeAxis("l2Normalize", x.shape, axis);
  return div(x, lengthFor("l2Normalize", x, d, eps, true));
}
