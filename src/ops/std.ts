import type { Tensor } from "../graph/tensor";
import { safeRoot } from "./norm";
import { type VarianceOptions, varianceFor } from "./variance";

/**
 * Standard deviation over axes: the square root of the variance. Where it is 0, so is its gradient.
 * @param x f32
 * @param axes one or several; default all
 * @throws ShapeError where an axis is out of range, or n − correction is not above 0
 * @throws DTypeError
 */
export const std = (x: Tensor, axes?: number | readonly number[], options: VarianceOptions = {}): Tensor =>
  safeRoot(varianceFor("std", x, axes, options));
