import type { Shape } from "../core/shape";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { normalize } from "./layerNorm";

export interface RmsNormOptions {
  /** Factor of each element, f32 or f16, of the shape of what is normalised; default 1. */
  readonly weight?: Tensor | undefined;
  /** Added to the mean square; default 1e-5 (PyTorch: 1.2e-7). */
  readonly eps?: number;
}

/**
 * RMS normalisation, `x / √(mean x² + eps) · weight`, the mean over the last dimensions, for each index of the others.
 *
 * @param x f32 or f16
 * @param normalizedShape sizes of the last dimensions; default that of the last one
 * @returns same shape as x, and its dtype; f16 under autocast
 * @throws ShapeError, DTypeError
 * @see Zhang and Sennrich 2019, "Root mean square layer normalization"
 */
export const rmsNorm = (x: Tensor, normalizedShape?: Shape | number, options: RmsNormOptions = {}): Tensor =>
  normalize("rmsNorm", x, normalizedShape, optionsOf("rmsNorm", options, "weight eps"), 0);
