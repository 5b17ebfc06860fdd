import { ShapeError } from "../core/errors";
import { showShape } from "../core/shape";
import type { Tensor } from "../graph/tensor";
import { max } from "./max";

/**
 * Largest value of each channel over all positions. The gradient goes in equal parts to the positions that have it. What a NaN
 * gives depends on the device.
 * @param x [N, C, H, W] f32
 * @returns [N, C, 1, 1]
 * @throws ShapeError, DTypeError
 */
export function globalMaxPool2d(x: Tensor): Tensor {
  if (x.shape.length !== 4)
    throw new ShapeError("globalMaxPool2d", "x must be [N, C, H, W]", { x: showShape(x.shape) });
  return max(x, [2, 3], { keepDims: true });
}
