import isNonzero from "../../shaders/pointwise/is_nonzero.wgsl";
import { normalizeAxes } from "../core/shape";
import { checkDTypes, record } from "../graph/op";
import { optionsOf } from "../graph/options";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { max } from "./max";
import type { ReduceOptions } from "./sum";

const truth = pointwise(isNonzero, () => [null]);

/** A mask with every number but 0 replaced by 1. @throws DTypeError */
export function truthOf(op: string, mask: Tensor): Tensor {
  checkDTypes(op, [mask], ["u32"]);
  return record(truth, [mask], {});
}

/**
 * 1 where any element of a mask is set, over axes. No gradient flows.
 * @param mask u32; whatever is not 0 is set
 * @param axes one or several; default all
 * @returns u32, 1 or 0
 * @throws ShapeError where an axis is out of range
 * @throws DTypeError
 */
export const any = (mask: Tensor, axes?: number | readonly number[], options: ReduceOptions = {}): Tensor =>
  max(truthOf("any", mask), normalizeAxes("any", mask.shape, axes), optionsOf("any", options, "keepDims"));
