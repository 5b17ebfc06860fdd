import { ShapeError } from "../core/errors";
import { checkWhole, showShape } from "../core/shape";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { checkOperands, checkPadding, conv2d, fitGroups } from "./conv2d";
import { reshape } from "./reshape";

export interface Conv1dOptions {
  /** Default 1. */
  readonly stride?: number;
  /** Zeros before and after; "same" keeps the length (stride 1 only), "valid" is 0. Default 0. */
  readonly padding?: number | "same" | "valid";
  /** Distance between the taps of the kernel; default 1. */
  readonly dilation?: number;
  /** Number of groups that input and output channels are split into, each convolved by itself; default 1. */
  readonly groups?: number;
}

/**
 * Convolution of sequences (cross-correlation): {@link conv2d} of pictures that are one row high.
 *
 * @param x [N, C, L] f32
 * @param weight [O, C/groups, K] f32
 * @param bias [O] f32, optional
 * @returns [N, O, OL], OL = ⌊(L + padding before and after − dilation·(K − 1) − 1) / stride⌋ + 1
 * @throws ShapeError, DTypeError; some in the name of {@link conv2d}, whose shapes have a height of 1
 */
export function conv1d(x: Tensor, weight: Tensor, bias?: Tensor | null, options: Conv1dOptions = {}): Tensor {
  const {
    stride = 1,
    padding = 0,
    dilation = 1,
    groups = 1,
  } = optionsOf("conv1d", options, "stride padding dilation groups");
  checkOperands("conv1d", x, weight, bias);
  const refuse = (problem: string): never => {
    throw new ShapeError("conv1d", problem, { x: showShape(x.shape), weight: showShape(weight.shape) });
  };
  if (x.shape.length !== 3 || weight.shape.length !== 3) refuse("x must be [N, C, L] and weight [O, C/groups, K]");
  const [[, channels, length], [outChannels, inGroup, taps]] = [x.shape, weight.shape] as [number[], number[]];
  if (!fitGroups(channels!, inGroup!, outChannels!, groups)) refuse(`channels do not fit ${groups} group(s)`);
  checkRow("conv1d", stride, padding, dilation);
  const around = typeof padding === "number" ? 2 * padding : padding === "same" ? length! : 0;
  if (length! + around <= dilation * (taps! - 1)) refuse("the kernel is longer than the padded sequence");
  const out = conv2d(asPicture(x), asPicture(weight), bias, {
    stride: [1, stride],
    padding: typeof padding === "number" ? [0, padding] : padding,
    dilation: [1, dilation],
    groups,
  });
  return asSequence(out);
}

/** @throws ShapeError unless a window may move along a row so */
export function checkRow(op: string, stride: number, padding: number | "same" | "valid", dilation: number): void {
  checkWhole(op, { stride, dilation });
  if (typeof padding !== "string") checkWhole(op, { padding }, 0);
  checkPadding(op, padding, stride);
}

/** [N, C, L] → [N, C, 1, L]. */
export const asPicture = (x: Tensor): Tensor => reshape(x, [x.shape[0]!, x.shape[1]!, 1, x.shape[2]!]);

/** [N, C, 1, L] → [N, C, L]. */
export const asSequence = (x: Tensor): Tensor => reshape(x, [x.shape[0]!, x.shape[1]!, x.shape[3]!]);
