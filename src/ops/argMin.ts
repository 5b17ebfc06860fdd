import type { Tensor } from "../graph/tensor";
import { argOp, recordArg } from "./argMax";
import type { ReduceOptions } from "./sum";

/**
 * Where the minimum lies along an axis; of equal elements, the first. A NaN counts as the minimum, as in PyTorch. No
 * gradient flows.
 * @param x f32, i32 or u32
 * @param axis default: all of x as one row
 * @returns i32 indices along the axis
 * @throws ShapeError where the axis is out of range
 */
export const argMin = (x: Tensor, axis?: number, options: ReduceOptions = {}): Tensor =>
  recordArg(op, x, axis, options);

export const op = argOp("argMin", true);
