import { ShapeError } from "../core/errors";
import { showShape } from "../core/shape";
import { checkDTypes } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { add } from "./add";
import { matmul } from "./matmul";
import { mean } from "./mean";
import { mul } from "./mul";
import { atLeast, constant, safeRoot } from "./norm";
import { reshape } from "./reshape";
import { square } from "./square";
import { sub } from "./sub";
import { sum } from "./sum";

/** Points up to which distances are computed from differences: exact, but without the speed of a matrix product. */
const FEW = 25;

/**
 * Euclidean distances of all pairs, `out[i, j] = ‖aᵢ − bⱼ‖₂`. The gradient of a distance of 0 is 0.
 *
 * Up to 25 points on each side, distances are computed from the differences. With more, `√max(0, ‖aᵢ‖² + ‖bⱼ‖² − 2·aᵢ·bⱼ)` is
 * computed by a matrix product, of points relative to the mean of b: accurate to about 3e-4 of the spread of the points.
 *
 * @param a [N, D] f32
 * @param b [M, D] f32
 * @returns [N, M]
 * @throws ShapeError, DTypeError
 */
export function cdist(a: Tensor, b: Tensor): Tensor {
  checkDTypes("cdist", [a, b], ["f32"]);
  if (a.shape.length !== 2 || b.shape.length !== 2 || a.shape[1] !== b.shape[1])
    throw new ShapeError("cdist", "wants a [N, D] and b [M, D]", { a: showShape(a.shape), b: showShape(b.shape) });
  const [n, m] = [a.shape[0]!, b.shape[0]!];
  if (n <= FEW && m <= FEW) {
    const differences = sub(reshape(a, [n, 1, -1]), reshape(b, [1, m, -1]));
    return safeRoot(sum(square(differences), 2));
  }
  // Distances do not depend on the origin, so no gradient flows through it.
  const origin = constant(mean(b, 0, { keepDims: true }));
  const [p, q] = [sub(a, origin), sub(b, origin)];
  const lengths = add(sum(square(p), 1, { keepDims: true }), sum(square(q), 1));
  return safeRoot(atLeast(sub(lengths, mul(matmul(p, q, { transB: true }), 2)), 0));
}
