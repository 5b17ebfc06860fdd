import { broadcastShapes } from "../core/shape";
import { checkDTypes } from "../graph/op";
import { checkOption, optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { add } from "./add";
import { type NormOptions, normFor } from "./norm";
import { sub } from "./sub";

export interface PairwiseDistanceOptions extends NormOptions {
  /** Added to each difference, so that gradients stay finite; default 1e-6. */
  readonly eps?: number;
}

/**
 * Distances between corresponding vectors, `‖a − b + eps‖ₚ` along the last axis.
 * @param a [.., D] f32
 * @param b [.., D] f32, of a shape that broadcasts with that of a
 * @returns the broadcast shape without the last axis
 * @throws ShapeError, DTypeError
 * @throws DataError unless p is above 0
 */
export function pairwiseDistance(a: Tensor, b: Tensor, options: PairwiseDistanceOptions = {}): Tensor {
  const { p = 2, eps = 1e-6, keepDims = false } = optionsOf("pairwiseDistance", options, "eps p keepDims");
  checkDTypes("pairwiseDistance", [a, b], ["f32"]);
  checkOption("pairwiseDistance", "eps", eps, Number.isFinite(eps), "a number");
  broadcastShapes("pairwiseDistance", [a.shape, b.shape]);
  return normFor("pairwiseDistance", add(sub(a, b), eps), -1, p, keepDims);
}
