import { normalizeAxes } from "../core/shape";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { truthOf } from "./any";
import { min } from "./min";
import type { ReduceOptions } from "./sum";

/**
 * 1 where every element of a mask is set, over axes. No gradient flows.
 * @param mask u32; whatever is not 0 is set
 * @param axes one or several; default all
 * @returns u32, 1 or 0
 * @throws ShapeError where an axis is out of range
 * @throws DTypeError
 */
export const all = (mask: Tensor, axes?: number | readonly number[], options: ReduceOptions = {}): Tensor =>
  min(truthOf("all", mask), normalizeAxes("all", mask.shape, axes), optionsOf("all", options, "keepDims"));
