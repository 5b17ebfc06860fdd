import { ShapeError } from "../core/errors";
import { numel, showShape } from "../core/shape";
import type { Tensor } from "../graph/tensor";
import { byGroups, type GroupNormOptions } from "./groupNorm";

/**
 * Instance normalisation, `(x − µ) / √(σ² + eps) · weight + bias`, µ and σ² (biased) over the positions of each channel of
 * each example. No running statistics.
 *
 * @param x [N, C, …] f32 or f16
 * @param options weight and bias [C] f32, eps (default 1e-5)
 * @returns same shape as x, and its dtype; f16 under autocast
 * @throws ShapeError where a channel has one position only, so no variance; DTypeError
 * @see Ulyanov, Vedaldi and Lempitsky 2016, "Instance normalization"
 */
export function instanceNorm(x: Tensor, options: GroupNormOptions = {}): Tensor {
  if (x.shape.length >= 2 && numel(x.shape.slice(2)) === 1)
    throw new ShapeError("instanceNorm", "a channel has one position only, so no variance", { x: showShape(x.shape) });
  return byGroups("instanceNorm", x, x.shape[1] ?? 1, options);
}
