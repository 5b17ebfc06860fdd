import { normalizeAxes } from "../core/shape";
import { checkDTypes } from "../graph/op";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { type ReduceOptions, scaledSum } from "./sum";

/**
 * Arithmetic mean over axes.
 * @param x f32
 * @param axes one or several; default all
 * @throws ShapeError where an axis is out of range
 * @throws DTypeError
 */
export function mean(x: Tensor, axes?: number | readonly number[], options: ReduceOptions = {}): Tensor {
  checkDTypes("mean", [x], ["f32"]);
  const count = normalizeAxes("mean", x.shape, axes).reduce((n, d) => n * x.shape[d]!, 1);
  return scaledSum(x, axes, optionsOf("mean", options, "keepDims"), 1 / count);
}
