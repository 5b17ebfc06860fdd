import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { firstInOrder } from "./argSort";
import { pickAlong, type Sorted } from "./sort";

export interface TopKOptions {
  /** The largest rather than the smallest; default true. */
  readonly largest?: boolean;
  /** For PyTorch's sake: whether values must be in order. They always are. */
  readonly sorted?: boolean;
}

/**
 * The k largest (or smallest) elements along an axis, in order; of equal ones, those that come first. A NaN counts as larger
 * than all numbers. The gradient of a value goes to the element of x that it comes from.
 * @param x f32, i32 or u32
 * @param k from 1 to the size of the axis
 * @param axis default the last
 * @returns values and i32 indices, k along the axis
 * @throws ShapeError where the axis or k is out of range
 */
export function topK(x: Tensor, k: number, axis = -1, options: TopKOptions = {}): Sorted {
  const { largest = true } = optionsOf("topK", options, "largest sorted");
  const indices = firstInOrder("topK", x, axis, k, largest);
  return { values: pickAlong(x, indices, axis), indices };
}
