import uniformKernel from "../../shaders/uniform.wgsl";
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
 * Random numbers uniform in [low, high), in steps of (high − low) / 2²⁴; where low is not 0, rounding may give high itself. They
 * are determined by the generator's seed and step and the draw's place in the step, on every device. A tensor recorded outside a
 * capture has new numbers at every read.
 *
 * @param shape of the result
 * @param options `low` and `high`: default 0 and 1
 * @returns f32
 * @throws ShapeError where a dimension is below 1, or low and high are not finite, or low > high
 * @see Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"
 */
export function uniform(shape: Shape, options: Partial<Bounds> & RandomOptions = {}): Tensor {
  const { low = 0, high = 1, generator } = optionsOf("uniform", options, "low high generator");
  if (!(low <= high && Number.isFinite(high - low)))
    throw new ShapeError("uniform", "no range", { low: String(low), high: String(high) });
  return draw(op, shape, { low, high }, { generator });
}

export const op = drawOp<Draw & Bounds>("uniform", "f32", ({ buffers, params, grid }, { low, high }) =>
  uniformKernel.dispatch({ buffers, params: { ...params, low, range: high - low }, grid, flops: 160 * grid }),
);
