import { ShapeError } from "../core/errors";
import { showShape } from "../core/shape";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { asPicture, asSequence } from "./conv1d";
import { checkOperands } from "./conv2d";
import { convTranspose2d } from "./convTranspose2d";

export interface ConvTranspose1dOptions {
  /** How far apart neighbouring elements of x are spread; default 1. */
  readonly stride?: number;
  /** Elements cut off at each end of the result; default 0. */
  readonly padding?: number;
  /** Elements added at the end of the result; must be less than stride or dilation. Default 0. */
  readonly outputPadding?: number;
  /** Distance between the taps of the kernel; default 1. */
  readonly dilation?: number;
  /** Number of groups that input and output channels are split into, each convolved by itself; default 1. */
  readonly groups?: number;
}

/**
 * Transposed convolution of sequences: {@link convTranspose2d} of pictures that are one row high.
 *
 * @param x [N, C, L] f32
 * @param weight [C, O/groups, K] f32
 * @param bias [O] f32, optional
 * @returns [N, O, OL], OL = (L − 1)·stride − 2·padding + dilation·(K − 1) + outputPadding + 1
 * @throws ShapeError, DTypeError; some in the name of {@link convTranspose2d}, whose shapes have a height of 1
 */
export function convTranspose1d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: ConvTranspose1dOptions = {},
): Tensor {
  const {
    stride = 1,
    padding = 0,
    outputPadding = 0,
    dilation = 1,
    groups = 1,
  } = optionsOf("convTranspose1d", options, "stride padding outputPadding dilation groups");
  checkOperands("convTranspose1d", x, weight, bias);
  if (x.shape.length !== 3 || weight.shape.length !== 3)
    throw new ShapeError("convTranspose1d", "x must be [N, C, L] and weight [C, O/groups, K]", {
      x: showShape(x.shape),
      weight: showShape(weight.shape),
    });
  const out = convTranspose2d(asPicture(x), asPicture(weight), bias, {
    stride: [1, stride],
    padding: [0, padding],
    outputPadding: [0, outputPadding],
    dilation: [1, dilation],
    groups,
  });
  return asSequence(out);
}
