import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { alongRow } from "./avgPool1d";
import { asSequence } from "./conv1d";
import { maxPool2d } from "./maxPool2d";

export interface Pool1dOptions {
  /** Default: the kernel's size, so that windows do not overlap. */
  readonly stride?: number;
  /** Default 0; at most half the kernel. */
  readonly padding?: number;
}

/**
 * Largest value of each window of a sequence; −∞ and NaN as in {@link maxPool2d}.
 * @param x [N, C, L] f32
 * @returns [N, C, OL], OL = ⌊(L + 2·padding − kernel) / stride⌋ + 1
 * @throws ShapeError, DTypeError
 */
export function maxPool1d(x: Tensor, kernelSize: number, options: Pool1dOptions = {}): Tensor {
  const { stride = kernelSize, padding = 0 } = optionsOf("maxPool1d", options, "stride padding");
  const { picture, kernel, ...rest } = alongRow("maxPool1d", x, kernelSize, stride, padding);
  return asSequence(maxPool2d(picture, kernel, rest));
}
