import { ShapeError } from "../core/errors";
import { checkWhole, showShape } from "../core/shape";
import { type PoolAttrs, poolAttrs, pooledShape } from "../families/pooling";
import { checkTensors } from "../graph/op";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { avgPool2d } from "./avgPool2d";
import { asPicture, asSequence } from "./conv1d";
import type { Pool1dOptions } from "./maxPool1d";

export interface AvgPool1dOptions extends Pool1dOptions {
  /** True (default): padding counts as zeros. False: a window's mean is over its elements inside of x alone. */
  readonly countIncludePad?: boolean;
}

/**
 * Mean of each window of a sequence, see {@link avgPool2d}.
 * @param x [N, C, L] f32
 * @returns [N, C, OL], OL = ⌊(L + 2·padding − kernel) / stride⌋ + 1
 * @throws ShapeError, DTypeError
 */
export function avgPool1d(x: Tensor, kernelSize: number, options: AvgPool1dOptions = {}): Tensor {
  const {
    stride = kernelSize,
    padding = 0,
    countIncludePad = true,
  } = optionsOf("avgPool1d", options, "countIncludePad stride padding");
  const { picture, kernel, ...rest } = alongRow("avgPool1d", x, kernelSize, stride, padding);
  return asSequence(avgPool2d(picture, kernel, { ...rest, countIncludePad }));
}

/** [N, C, L] as pictures [N, C, 1, L], and a window that moves along their one row. @throws ShapeError */
export function alongRow(op: string, x: Tensor, kernelSize: number, stride: number, padding: number) {
  checkTensors(op, [x]);
  if (x.shape.length !== 3) throw new ShapeError(op, "x must be [N, C, L]", { x: showShape(x.shape) });
  const picture = asPicture(x);
  const window = windowInRow(op, kernelSize, stride, padding);
  pooledShape(op, picture.shape, window);
  return { picture, ...window };
}

/** The window of a pooling op over sequences. @throws ShapeError */
export function windowInRow(op: string, kernelSize: number, stride = kernelSize, padding = 0): PoolAttrs {
  checkWhole(op, { kernelSize, stride });
  checkWhole(op, { padding }, 0);
  return poolAttrs(op, [1, kernelSize], [1, stride], [0, padding]);
}
