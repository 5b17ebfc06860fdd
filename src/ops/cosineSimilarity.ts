import { broadcastShapes, normalizeAxis } from "../core/shape";
import { checkDTypes } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { div } from "./div";
import { expand } from "./expand";
import { mul } from "./mul";
import { lengthFor } from "./norm";
import { sum } from "./sum";

/**
 * Cosine of the angle between vectors along an axis, `Σ a·b / (max(‖a‖₂, eps) · max(‖b‖₂, eps))`.
 * @param a f32
 * @param b f32, of a shape that broadcasts with that of a
 * @param axis default 1, or the only one
 * @param eps default 1e-8
 * @returns the broadcast shape without the axis
 * @throws ShapeError, DTypeError
 * @throws DataError unless eps is at least 0
 */
export function cosineSimilarity(a: Tensor, b: Tensor, axis?: number, eps = 1e-8): Tensor {
  checkDTypes("cosineSimilarity", [a, b], ["f32"]);
  const shape = broadcastShapes("cosineSimilarity", [a.shape, b.shape]);
  const d = normalizeAxis("cosineSimilarity", shape, axis ?? Math.min(1, shape.length - 1));
  // Where broadcasting stretches the axis itself, the vector is longer than the one stored; other axes broadcast afterwards.
  const length = (t: Tensor) => {
    const own = d - shape.length + t.shape.length;
    const whole = t.shape[own] === shape[d] ? t : expand(t, shape);
    const across = whole === t ? own : d;
    return lengthFor("cosineSimilarity", whole, across, eps);
  };
  return div(sum(mul(a, b), d), mul(length(a), length(b)));
}
