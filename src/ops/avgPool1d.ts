import { ShapeError } from "../core/errors";
import { showShape } from "../core/shape";
import type { Tensor } from "../graph/tensor";
import { avgPool2d } from "./avgPool2d";
import type { Pool1dOptions } from "./maxPool1d";
import { reshape } from "./reshape";

export interface AvgPool1dOptions extends Pool1dOptions {
  /** Whether padding counts as zeros (default), or windows are averaged over what lies inside of x. */
  readonly countIncludePad?: boolean;
}

/**
 * Mean of each window of a sequence, see {@link avgPool2d}.
 * @param x [N, C, L] f32
 * @returns [N, C, OL], OL = ⌊(L + 2·padding − kernel) / stride⌋ + 1
 * @throws ShapeError, DTypeError
 */
export function avgPool1d(
  x: Tensor,
  kernelSize: number,
  { stride = kernelSize, padding = 0, countIncludePad = true }: AvgPool1dOptions = {},
): Tensor {
  const options = { stride: [1, stride], padding: [0, padding], countIncludePad } as const;
  return asSequence(avgPool2d(asPicture("avgPool1d", x), [1, kernelSize], options));
}

/** [N, C, L] → [N, C, 1, L]. @throws ShapeError */
export function asPicture(op: string, x: Tensor): Tensor {
  if (x.shape.length !== 3) throw new ShapeError(op, "x must be [N, C, L]", { x: showShape(x.shape) });
  return reshape(x, [x.shape[0]!, x.shape[1]!, 1, x.shape[2]!]);
}

/** [N, C, 1, L] → [N, C, L]. */
export const asSequence = (x: Tensor): Tensor => reshape(x, [x.shape[0]!, x.shape[1]!, x.shape[3]!]);
