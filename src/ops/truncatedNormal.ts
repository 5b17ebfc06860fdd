import truncatedNormalKernel from "../../shaders/truncated_normal.wgsl";
import { ShapeError } from "../core/errors";
import { masses } from "../core/normalDistribution";
import type { Shape } from "../core/shape";
import { type Draw, draw, drawOp } from "../families/random";
import type { RandomOptions } from "../graph/generator";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";

export interface TruncatedNormalOptions extends RandomOptions {
  /** Of the distribution before it is cut; default 0. */
  readonly mean?: number;
  /** Standard deviation before the cut; default 1. */
  readonly std?: number;
  /** The lowest value; default −2. */
  readonly a?: number;
  /** The highest value; default 2. */
  readonly b?: number;
}

type TruncatedNormalAttrs = Draw & Required<Omit<TruncatedNormalOptions, "generator">>;

/** How many standard deviations from the mean the inverse of the distribution function is accurate. */
const FAR = 5;

/**
 * Random numbers from the normal distribution cut to a … b, by the inverse of its distribution function. As in PyTorch's
 * `trunc_normal_`, a and b are values, not numbers of standard deviations.
 *
 * @param shape of the result
 * @returns f32, all of them in [a, b]
 * @throws ShapeError where a dimension is below 1, a number is not finite, std is not above 0, a is not below b, or all of a … b
 *   is more than 5 standard deviations from the mean
 * @see Giles 2010, "Approximating the erfinv function"
 */
export function truncatedNormal(shape: Shape, options: TruncatedNormalOptions = {}): Tensor {
  const {
    mean = 0,
    std = 1,
    a = -2,
    b = 2,
    generator,
  } = optionsOf("truncatedNormal", options, "mean std a b generator");
  const shown = { mean: String(mean), std: String(std), a: String(a), b: String(b) };
  if (!(std > 0 && a < b && Number.isFinite(mean + std + a + b)))
    throw new ShapeError("truncatedNormal", "no distribution", { ...shown, wants: "finite numbers, std > 0, a < b" });
  if ((a - mean) / std > FAR || (b - mean) / std < -FAR)
    throw new ShapeError("truncatedNormal", `a … b is more than ${FAR} standard deviations from the mean`, shown);
  return draw(op, shape, { mean, std, a, b }, { generator });
}

export const op = drawOp<TruncatedNormalAttrs>("truncatedNormal", "f32", ({ buffers, params, grid }, attrs) => {
  const { mean, std, a, b } = attrs;
  return truncatedNormalKernel.dispatch({
    buffers,
    params: { ...params, mean, deviation: std, a, b, ...masses((a - mean) / std, (b - mean) / std) },
    grid,
    flops: 360 * grid,
  });
});
