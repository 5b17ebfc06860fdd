import { DTypeError, ShapeError } from "../core/errors";
import { checkSizes, type Pair, pair, type Shape, sameShape, showShape } from "../core/shape";
import { convolution, convolutionWays, inputGradient, inputGradientWays } from "../families/convolutions";
import { isDepthwise } from "../families/depthwise";
import type { Conv2dAttrs, ConvGradAttrs } from "../families/geometry";
import { weightGradient, weightGradientWays } from "../families/weightGradients";
import { matched } from "../graph/autocast";
import { toFloat, widened } from "../graph/cast";
import { checkFloats, checkTensors, type KernelOp, record } from "../graph/op";
import { checkWord, optionsOf } from "../graph/options";
import { Tensor } from "../graph/tensor";
import { add } from "./add";
import { reshape } from "./reshape";

export interface Conv2dOptions {
  /** Default 1. */
  readonly stride?: Pair;
  /** Zeros around the picture; "same" keeps its size (stride 1 only), "valid" is 0. Default 0. */
  readonly padding?: Pair | "same" | "valid";
  /** Distance between the taps of the kernel; default 1. */
  readonly dilation?: Pair;
  /** Number of groups that input and output channels are split into, each convolved by itself; default 1. */
  readonly groups?: number;
}

/**
 * Convolution of pictures (cross-correlation, as in PyTorch):
 * `out[n,o,y,x] = b[o] + Σ w[o,c,i,j] · x[n, c, y·stride − pad + i·dilation, x·stride − pad + j·dilation]`, zero outside.
 *
 * @param x [N, C, H, W] f32
 * @param weight [O, C/groups, KH, KW] f32
 * @param bias [O] f32, optional
 * @returns [N, O, OH, OW], OH = ⌊(H + padding above and below − dilation·(KH − 1) − 1) / stride⌋ + 1
 * @throws ShapeError, DTypeError
 * @see Dumoulin and Visin 2016, "A guide to convolution arithmetic for deep learning"
 */
export function conv2d(x: Tensor, weight: Tensor, bias?: Tensor | null, options: Conv2dOptions = {}): Tensor {
  checkOperands("conv2d", x, weight, bias);
  const attrs = resolve(x.shape, weight.shape, options);
  const out = record(op, operands(x, weight, attrs), attrs);
  return bias ? withBias("conv2d", out, weight, bias) : out;
}

/** @throws DTypeError unless picture, weight and bias are tensors: options come after the bias */
export function checkOperands(op: string, x: Tensor, weight: Tensor, bias: Tensor | null | undefined): void {
  checkTensors(op, [x, weight]);
  if (bias && !(bias instanceof Tensor))
    throw new DTypeError(op, "the bias is no tensor", {}, `options come after it: ${op}(x, weight, null, options)`);
}

/** Pictures with a number added to each channel. @throws ShapeError unless there is one for each */
export function withBias(op: string, out: Tensor, weight: Tensor, bias: Tensor): Tensor {
  const channels = out.shape[1]!;
  if (!sameShape(bias.shape, [channels]))
    throw new ShapeError(op, "one bias for each output channel", {
      bias: showShape(bias.shape),
      weight: showShape(weight.shape),
    });
  return toFloat(add(out, reshape(bias, [channels, 1, 1])), out.dtype as "f32" | "f16");
}

/** Whether `groups` groups of `inGroup` channels are all input channels, and the output channels split into as many groups. */
export const fitGroups = (channels: number, inGroup: number, outChannels: number, groups: number): boolean =>
  Number.isInteger(groups) && groups >= 1 && channels === inGroup * groups && outChannels % groups === 0;

/** @throws ShapeError unless the padding is "valid", "same" with stride 1, or sizes of at least 0 */
export function checkPadding(op: string, padding: Pair | "same" | "valid", stride: Pair): void {
  if (typeof padding === "string") checkWord(op, "padding", padding, ["same", "valid"]);
  else checkSizes(op, { padding }, 0);
  if (padding === "same" && pair(op, stride).some((s) => s !== 1))
    throw new ShapeError(op, 'padding "same" wants stride 1', { stride: showShape(pair(op, stride)) });
}

/** Checks shapes and options, and works out padding and size of the result. */
function resolve(x: Shape, w: Shape, options: Conv2dOptions): Conv2dAttrs {
  const { padding = 0, groups = 1 } = optionsOf("conv2d", options, "stride padding dilation groups");
  const [stride, dilation] = [pair("conv2d", options.stride ?? 1), pair("conv2d", options.dilation ?? 1)];
  const refuse = (problem: string, fix?: string): never => {
    throw new ShapeError("conv2d", problem, { x: showShape(x), weight: showShape(w) }, fix);
  };
  if (x.length !== 4 || w.length !== 4) refuse("x must be [N, C, H, W] and weight [O, C/groups, KH, KW]");
  if (!fitGroups(x[1]!, w[1]!, w[0]!, groups)) refuse(`channels do not fit ${groups} group(s)`);
  checkSizes("conv2d", { stride, dilation });
  checkPadding("conv2d", padding, stride);
  const numbers = typeof padding === "string" ? [] : pair("conv2d", padding);
  const span = [0, 1].map((d) => dilation[d]! * (w[d + 2]! - 1));
  const around = [0, 1].map((d) => (padding === "same" ? span[d]! : 2 * (numbers[d] ?? 0)));
  const outSize = [0, 1].map((d) => Math.floor((x[d + 2]! + around[d]! - span[d]! - 1) / stride[d]!) + 1);
  if (outSize.some((s) => s < 1)) refuse("the kernel is larger than the padded picture");
  const pad = around.map((a) => Math.floor(a / 2));
  const two = (v: number[]) => v as unknown as readonly [number, number];
  return { stride, pad: two(pad), dilation, groups, outSize: two(outSize) };
}

/** Operands as the kernels take them: both f16 where one is, or under autocast; but f32 for depthwise kernels. */
export const operands = (x: Tensor, w: Tensor, attrs: Conv2dAttrs): Tensor[] => matchedFor(w, attrs, x, w);

const matchedFor = (w: Tensor, { groups }: Conv2dAttrs, ...tensors: Tensor[]): Tensor[] =>
  isDepthwise(w.shape, groups) ? tensors.map(widened) : matched(...tensors);

export const op: KernelOp<Conv2dAttrs> = {
  kind: "kernel",
  name: "conv2d",
  halves: true,
  infer([x, w], { outSize }) {
    checkFloats("conv2d", [x!, w!]);
    return [{ shape: [x!.shape[0]!, w!.shape[0]!, ...outSize], dtype: x!.dtype }];
  },
  lower: ([x, w], [out], attrs, target) => convolution(x!, w!, out!, attrs, target),
  ways: ([x, w], attrs, target) => convolutionWays(x!.shape, w!.shape, attrs, target),
  vjp: ([x, w], [dOut], attrs) => [
    record(gradInput, operands(dOut!, w!, attrs), { ...attrs, shape: x!.shape }),
    record(gradWeight, matchedFor(w!, attrs, x!, dOut!), { ...attrs, shape: w!.shape }),
  ],
};

/** Also the transposed convolution. Since convolution is linear in each operand, the gradients of its gradients are the same three ops. */
export const gradInput: KernelOp<ConvGradAttrs> = {
  kind: "kernel",
  name: "conv2d_grad_input",
  halves: true,
  infer(inputs, { shape }) {
    checkFloats("conv2d", inputs);
    return [{ shape, dtype: inputs[0]!.dtype }];
  },
  lower: ([dOut, w], [dx], attrs, target) => inputGradient(dOut!, w!, dx!, attrs, target),
  ways: ([, w], attrs, target) => inputGradientWays(w!.shape, attrs, target),
  vjp: ([dOut, w], [d], { shape: _, ...attrs }) => [
    record(op, operands(d!, w!, attrs), attrs),
    record(gradWeight, matchedFor(w!, attrs, d!, dOut!), { ...attrs, shape: w!.shape }),
  ],
};

const gradWeight: KernelOp<ConvGradAttrs> = {
  kind: "kernel",
  name: "conv2d_grad_weight",
  halves: true,
  infer: (_, { shape }) => [{ shape, dtype: "f32" }],
  lower: ([x, dOut], [dw], attrs, target, side) => weightGradient(x!, dOut!, dw!, attrs, target, side),
  ways: ([x], attrs, target) => weightGradientWays(x!.shape, attrs, target),
  // All of dOut is read anyway, and its sum over everything but the channels is the gradient of the bias.
  sideSum([, dOut]) {
    const [n, channels, height, width] = dOut!.shape as [number, number, number, number];
    return { of: dOut!, dims: { k0: 1, r0: n, k1: channels, r1: height * width } };
  },
  vjp: ([x, dOut], [d], { shape: _, ...attrs }) => [
    record(gradInput, operands(dOut!, d!, attrs), { ...attrs, shape: x!.shape }),
    record(op, operands(x!, d!, attrs), attrs),
  ],
};
