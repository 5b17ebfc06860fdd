// What the kernels of convolutions share: sizes, and how the window moves.
import type { Shape } from "../core/shape";

export interface Conv2dAttrs {
  readonly stride: readonly [number, number];
  /** Rows of zeros above, and columns of zeros to the left. */
  readonly pad: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
  readonly outSize: readonly [number, number];
}

/** Attributes of a convolution, and the shape of the operand whose gradient is wanted. */
export type ConvGradAttrs = Conv2dAttrs & { readonly shape: Shape };

/** The parameters of kernels that name sizes as a convolution does. */
export function geometry(x: Shape, w: Shape, a: Conv2dAttrs) {
  return {
    batch: x[0]!,
    in_channels: x[1]!,
    height: x[2]!,
    width: x[3]!,
    out_channels: w[0]!,
    out_height: a.outSize[0],
    out_width: a.outSize[1],
    kernel_h: w[2]!,
    kernel_w: w[3]!,
    stride_h: a.stride[0],
    stride_w: a.stride[1],
    pad_h: a.pad[0],
    pad_w: a.pad[1],
    dilation_h: a.dilation[0],
    dilation_w: a.dilation[1],
    groups: a.groups,
  };
}

export type Geometry = ReturnType<typeof geometry>;

export const tapsOf = (g: Geometry): number => g.kernel_h * g.kernel_w;

export const flopsOf = (g: Geometry): number =>
  (2 * g.batch * g.out_height * g.out_width * g.out_channels * g.in_channels * g.kernel_h * g.kernel_w) / g.groups;
