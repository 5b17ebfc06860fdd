import { ShapeError } from "../core/errors";
import { showShape } from "../core/shape";
import type { Tensor } from "../graph/tensor";
import { mean } from "./mean";

/**
 * Mean of each channel over all positions.
 * @param x [N, C, H, W] f32
 * @returns [N, C, 1, 1]
 * @throws ShapeError, DTypeError
 */
export function globalAvgPool2d(x: Tensor): Tensor {
  if (x.shape.length !== 4)
    throw new ShapeError("globalAvgPool2d", "x must be [N, C, H, W]", { x: showShape(x.shape) });
  return mean(x, [2, 3], { keepDims: true });
}
