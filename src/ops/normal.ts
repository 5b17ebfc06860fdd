import normalKernel from "../../shaders/normal.wgsl";
import { ShapeError } from "../core/errors";
import type { Shape } from "../core/shape";
import { type Draw, draw, drawOp } from "../families/random";
import type { RandomOptions } from "../graph/generator";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";

export interface NormalOptions extends RandomOptions {
  /** Default 0. */
  readonly mean?: number;
  /** Standard deviation; default 1. */
  readonly std?: number;
}

type NormalAttrs = Draw & Required<Omit<NormalOptions, "generator">>;

/**
 * Random numbers from the normal distribution; none is further from the mean than 6.8 standard deviations. They are determined by
 * the generator's seed and step and the draw's place in the step; on every device, up to rounding. A tensor recorded outside a
 * capture has new numbers at every read.
 *
 * @param shape of the result
 * @returns f32
 * @throws ShapeError where a dimension is below 1, mean or std is not finite, or std is negative
 * @see Box and Muller 1958, "A note on the generation of random normal deviates"
 */
export function normal(shape: Shape, options: NormalOptions = {}): Tensor {
  const { mean = 0, std = 1, generator } = optionsOf("normal", options, "mean std generator");
  if (!(Number.isFinite(mean) && std >= 0 && Number.isFinite(std)))
    throw new ShapeError("normal", "no distribution", { mean: String(mean), std: String(std), wants: "std ≥ 0" });
  return draw(op, shape, { mean, std }, { generator });
}

export const op = drawOp<NormalAttrs>("normal", "f32", ({ buffers, params, grid }, { mean, std }) =>
  normalKernel.dispatch({ buffers, params: { ...params, mean, deviation: std }, grid, flops: 300 * grid }),
);
