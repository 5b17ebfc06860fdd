import betaKernel from "../../shaders/symmetric_beta.wgsl";
import { ShapeError } from "../core/errors";
import type { Shape } from "../core/shape";
import { type Draw, draw, drawOp } from "../families/random";
import type { RandomOptions } from "../graph/generator";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";

export interface SymmetricBetaOptions extends RandomOptions {
  /** Both parameters of the distribution; above 0. */
  readonly alpha: number;
}

/**
 * Random numbers from the distribution Beta(α, α), of mean ½ and variance 1 / (4·(2α + 1)): near 0 and 1 where α is small,
 * uniform for α = 1, near ½ where α is large. Sampling is exact for every α and takes a fixed number of random words. The numbers
 * are determined by the generator's seed and step and the draw's place in the step; on every device, up to rounding.
 *
 * @param shape of the result
 * @returns f32 in [0, 1]
 * @throws ShapeError where a dimension is below 1, or alpha is not a finite number above 0
 * @see Ulrich 1984, "Computer generation of distributions on the m-sphere"; Devroye 1986, "Non-uniform random variate
 * generation", chapter IX
 */
export function symmetricBeta(shape: Shape, options: SymmetricBetaOptions): Tensor {
  const { alpha, generator } = optionsOf("symmetricBeta", options, "alpha generator");
  if (!(alpha > 0 && Number.isFinite(alpha)))
    throw new ShapeError("symmetricBeta", `alpha ${alpha}`, { wants: "a number above 0" });
  return draw(op, shape, { alpha }, { generator });
}

export const op = drawOp<Draw & Pick<SymmetricBetaOptions, "alpha">>(
  "symmetricBeta",
  "f32",
  ({ buffers, params }, { alpha }) =>
    betaKernel.dispatch({
      buffers,
      params: { ...params, alpha, power: 2 / (2 * alpha + 1) },
      grid: params.len,
      flops: 300 * params.len,
    }),
);
