import uniformKernel from "../../shaders/uniform.wgsl";
import { ShapeError } from "../core/errors";
import type { Shape } from "../core/shape";
import { type Draw, draw, drawOp } from "../families/random";
import type { RandomOptions } from "../graph/generator";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";

export interface UniformOptions extends RandomOptions {
  /** The lowest value; default 0. */
  readonly low?: number;
  /** The bound that values stay below; default 1. */
  readonly high?: number;
}

type UniformAttrs = Draw & Required<Omit<UniformOptions, "generator">>;

/**
 * Random numbers uniform in [low, high), in steps of (high − low) / 2²⁴; where low is not 0, rounding may give high itself. They
 * are determined by the generator's seed and step and the draw's place in the step, on every device. A tensor recorded outside a
 * capture has new numbers at every read.
 *
 * @param shape of the result
 * @returns f32
 * @throws ShapeError where a dimension is below 1, or low and high are not finite, or low > high
 * @see Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"
 */
export function uniform(shape: Shape, options: UniformOptions = {}): Tensor {
  const { low = 0, high = 1, generator } = optionsOf("uniform", options, "low high generator");
  if (!(low <= high && Number.isFinite(high - low)))
    throw new ShapeError("uniform", "no range", { low: String(low), high: String(high) });
  return draw(op, shape, { low, high }, { generator });
}

export const op = drawOp<UniformAttrs>("uniform", "f32", ({ buffers, params, grid }, { low, high }) =>
  uniformKernel.dispatch({ buffers, params: { ...params, low, range: high - low }, grid, flops: 160 * grid }),
);
