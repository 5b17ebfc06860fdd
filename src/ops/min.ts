import type { Tensor } from "../graph/tensor";
import { extremeOp } from "./max";
import { type ReduceOptions, reduceBy } from "./sum";

/**
 * Minimum over axes. The gradient goes in equal parts to the elements that are the minimum.
 * @param x f32, i32 or u32; what a NaN gives depends on the device
 * @param axes one or several; default all
 * @returns dtype of x
 * @throws ShapeError where an axis is out of range
 */
export const min = (x: Tensor, axes?: number | readonly number[], options: ReduceOptions = {}): Tensor =>
  reduceBy(op, x, axes, options);

export const op = extremeOp("min");
