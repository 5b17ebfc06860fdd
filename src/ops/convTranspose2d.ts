import { ShapeError } from "../core/errors";
import { checkSizes, type Pair, pair, type Shape, showShape } from "../core/shape";
import type { ConvGradAttrs } from "../families/geometry";
import { checkDTypes, record } from "../graph/op";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { checkOperands, gradInput, operands, withBias } from "./conv2d";

export interface ConvTranspose2dOptions {
  /** How far apart neighbouring elements of x are spread; default 1. */
  readonly stride?: Pair;
  /** Rows and columns cut off at each border of the result; default 0. */
  readonly padding?: Pair;
  /** Rows added below and columns added to the right; must be less than stride or dilation. Default 0. */
  readonly outputPadding?: Pair;
  /** Distance between the taps of the kernel; default 1. */
  readonly dilation?: Pair;
  /** Number of groups that input and output channels are split into, each convolved by itself; default 1. */
  readonly groups?: number;
}

/**
 * Transposed convolution, the gradient of {@link conv2d} for its input:
 * `out[n, o, y·stride − padding + i·dilation, x·stride − padding + j·dilation] += w[c,o,i,j] · x[n,c,y,x]`, plus b[o].
 *
 * @param x [N, C, H, W] f32
 * @param weight [C, O/groups, KH, KW] f32
 * @param bias [O] f32, optional
 * @returns [N, O, OH, OW], OH = (H − 1)·stride − 2·padding + dilation·(KH − 1) + outputPadding + 1
 * @throws ShapeError, DTypeError
 * @see Dumoulin and Visin 2016, "A guide to convolution arithmetic for deep learning"
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: ConvTranspose2dOptions = {},
): Tensor {
  checkOperands("convTranspose2d", x, weight, bias);
  const attrs = resolve(x.shape, weight.shape, options);
  checkDTypes("convTranspose2d", [x, weight, ...(bias ? [bias] : [])], ["f32"]);
  const out = record(gradInput, operands(x, weight, attrs), attrs);
  return bias ? withBias("convTranspose2d", out, weight, bias) : out;
}

/** @throws ShapeError unless `outputPadding` is of integers of at least 0, less than stride or dilation */
export function checkOutputPadding(op: string, outputPadding: Pair, stride: Pair, dilation: Pair): void {
  checkSizes(op, { outputPadding }, 0);
  const [extra, apart, between] = [outputPadding, stride, dilation].map((p) => pair(op, p));
  if (extra!.some((e, d) => e >= Math.max(apart![d]!, between![d]!)))
    throw new ShapeError(op, "outputPadding must be less than stride or dilation", {
      outputPadding: showShape(extra!),
      stride: showShape(apart!),
      dilation: showShape(between!),
    });
}

/** The attributes of the convolution whose input gradient this is: that one makes x from what is the result here. */
function resolve(x: Shape, w: Shape, options: ConvTranspose2dOptions): ConvGradAttrs {
  const { groups = 1 } = optionsOf("convTranspose2d", options, "stride padding outputPadding dilation groups");
  const refuse = (problem: string): never => {
    throw new ShapeError("convTranspose2d", problem, { x: showShape(x), weight: showShape(w) });
  };
  const [stride, dilation] = [
    pair("convTranspose2d", options.stride ?? 1),
    pair("convTranspose2d", options.dilation ?? 1),
  ];
  const [padding, extra] = [
    pair("convTranspose2d", options.padding ?? 0),
    pair("convTranspose2d", options.outputPadding ?? 0),
  ];
  if (x.length !== 4 || w.length !== 4) refuse("x must be [N, C, H, W] and weight [C, O/groups, KH, KW]");
  if (x[1] !== w[0] || !Number.isInteger(groups) || groups < 1 || x[1]! % groups)
    refuse(`channels do not fit ${groups} group(s)`);
  checkSizes("convTranspose2d", { stride, dilation });
  checkSizes("convTranspose2d", { padding }, 0);
  checkOutputPadding("convTranspose2d", extra, stride, dilation);
  const size = (d: 0 | 1) =>
    (x[d + 2]! - 1) * stride[d] - 2 * padding[d] + dilation[d] * (w[d + 2]! - 1) + extra[d] + 1;
  const shape = [x[0]!, w[1]! * groups, size(0), size(1)];
  if (shape.some((s) => s < 1)) refuse("padding leaves nothing of the picture");
  return { stride, pad: padding, dilation, groups, outSize: [x[2]!, x[3]!], shape };
}
