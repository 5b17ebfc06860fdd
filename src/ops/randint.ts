import randintKernel from "../../shaders/randint.wgsl";
import { ShapeError } from "../core/errors";
import type { Shape } from "../core/shape";
import { type Draw, draw, drawOp } from "../families/random";
import type { RandomOptions } from "../graph/generator";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";

interface Bounds {
  readonly low: number;
  readonly high: number;
}

/**
 * Random integers, uniform in low … high − 1. Some are more likely than others, by a share of about (high − low) / 2³².
 *
 * @param low the smallest
 * @param high one more than the largest
 * @param shape of the result
 * @returns i32
 * @throws ShapeError where a dimension is below 1, or low < high are not integers of i32
 */
export function randint(low: number, high: number, shape: Shape, options: RandomOptions = {}): Tensor {
  const { generator } = optionsOf("randint", options, "generator");
  const fits = Number.isInteger(low) && Number.isInteger(high) && low >= -(2 ** 31) && high <= 2 ** 31;
  if (!fits || low >= high)
    throw new ShapeError("randint", "no integers in the range", { low: String(low), high: String(high) });
  return draw(op, shape, { low, high }, { generator });
}

export const op = drawOp<Draw & Bounds>("randint", "i32", ({ buffers, params, grid }, { low, high }) =>
  // A range of 2³² wraps to 0, by which the kernel takes random words as they are.
  randintKernel.dispatch({ buffers, params: { ...params, low, range: (high - low) >>> 0 }, grid, flops: 160 * grid }),
);
