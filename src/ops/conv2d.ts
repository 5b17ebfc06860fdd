import convKernel from "../../shaders/conv2d.wgsl";
import gradInputKernel from "../../shaders/conv2d_grad_input.wgsl";
import gradWeightKernel from "../../shaders/conv2d_grad_weight.wgsl";
import gradWeightSubgroup from "../../shaders/conv2d_grad_weight_subgroup.wgsl";
import convSubgroup from "../../shaders/conv2d_subgroup.wgsl";
import { ShapeError } from "../core/errors";
import { type Pair, pair, type Shape, showShape } from "../core/shape";
import { depthwise, depthwiseGradInput, depthwiseGradWeight, isDepthwise } from "../families/depthwise";
import { reduceDispatches } from "../families/reductions";
import { checkDTypes, type KernelOp, record } from "../graph/op";
import { scratch, type Tensor } from "../graph/tensor";
import { type Dispatch, MAX_WORKGROUPS, withSide } from "../kernel/kernel";
import { sharesLoads, type Target } from "../kernel/target";
import { add } from "./add";
import { reshape } from "./reshape";

export interface Conv2dOptions {
  /** Default 1. */
  readonly stride?: Pair;
  /** Zeros around the picture; "same" keeps its size (stride 1 only), "valid" is 0. Default 0. */
  readonly padding?: Pair | "same" | "valid";
  /** Distance between the taps of the kernel; default 1. */
  readonly dilation?: Pair;
  /** Input and output channels are split into this many groups that do not see each other; default 1. */
  readonly groups?: number;
}

export interface Conv2dAttrs {
  readonly stride: readonly [number, number];
  /** Zeros above and to the left. */
  readonly pad: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
  readonly outSize: readonly [number, number];
}

/**
 * Convolution of pictures (cross-correlation, as PyTorch has it):
 * `out[n,o,y,x] = b[o] + Σ w[o,c,i,j] · x[n, c, y·stride − pad + i·dilation, x·stride − pad + j·dilation]`, zero outside.
 *
 * @param x [N, C, H, W] f32
 * @param weight [O, C/groups, KH, KW] f32
 * @param bias [O] f32, or nothing
 * @returns [N, O, OH, OW], OH = ⌊(H + padding above and below − dilation·(KH − 1) − 1) / stride⌋ + 1
 * @throws ShapeError, DTypeError
 * @see Dumoulin and Visin 2016, "A guide to convolution arithmetic for deep learning"
 */
export function conv2d(x: Tensor, weight: Tensor, bias?: Tensor | null, options: Conv2dOptions = {}): Tensor {
  const out = record(op, [x, weight], resolve(x.shape, weight.shape, options));
  if (!bias) return out;
  const [channels] = weight.shape;
  if (bias.size !== channels)
    throw new ShapeError("conv2d", "one bias for each output channel", {
      bias: showShape(bias.shape),
      weight: showShape(weight.shape),
    });
  return add(out, reshape(bias, [channels!, 1, 1]));
}

/** Checks shapes and options, and works out padding and size of the result. */
function resolve(x: Shape, w: Shape, options: Conv2dOptions): Conv2dAttrs {
  const { padding = 0, groups = 1 } = options;
  const [stride, dilation] = [pair(options.stride ?? 1), pair(options.dilation ?? 1)];
  const refuse = (problem: string, fix?: string): never => {
    throw new ShapeError("conv2d", problem, { x: showShape(x), weight: showShape(w) }, fix);
  };
  if (x.length !== 4 || w.length !== 4) refuse("x must be [N, C, H, W] and weight [O, C/groups, KH, KW]");
  if (x[1] !== w[1]! * groups || w[0]! % groups) refuse(`channels do not fit ${groups} group(s)`);
  if (padding === "same" && (stride[0] !== 1 || stride[1] !== 1)) refuse('padding "same" wants stride 1');
  const numbers = typeof padding === "string" ? [] : pair(padding);
  const sane = [...stride, ...dilation].every((v) => Number.isInteger(v) && v >= 1);
  if (!sane || numbers.some((v) => !Number.isInteger(v) || v < 0))
    refuse("stride and dilation must be integers of at least 1, padding of at least 0");
  const span = [0, 1].map((d) => dilation[d]! * (w[d + 2]! - 1));
  const around = [0, 1].map((d) => (padding === "same" ? span[d]! : padding === "valid" ? 0 : 2 * pair(padding)[d]!));
  const outSize = [0, 1].map((d) => Math.floor((x[d + 2]! + around[d]! - span[d]! - 1) / stride[d]!) + 1);
  if (outSize.some((s) => s < 1)) refuse("the kernel is larger than the padded picture");
  const pad = around.map((a) => Math.floor(a / 2));
  const two = (v: number[]) => v as unknown as readonly [number, number];
  return { stride, pad: two(pad), dilation, groups, outSize: two(outSize) };
}

/** The numbers that all three kernels take. */
function geometry(x: Shape, w: Shape, a: Conv2dAttrs) {
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

const flopsOf = (x: Shape, w: Shape, a: Conv2dAttrs): number =>
  2 * x[0]! * a.outSize[0] * a.outSize[1] * w[0]! * w[1]! * w[2]! * w[3]!;

/** What an epilogue on a picture calls its channel. */
const channelOf = ({ shape: [, size, height, width] }: Tensor) => ({ size: size!, inner: height! * width! });

/** Tiles of four channels, none across two groups. */
const channelTiles = (channels: number, groups: number): number => groups * Math.ceil(channels / groups / 4);

export const op: KernelOp<Conv2dAttrs> = {
  kind: "kernel",
  name: "conv2d",
  infer([x, w], { outSize }) {
    checkDTypes("conv2d", [x!, w!], ["f32"]);
    return [{ shape: [x!.shape[0]!, w!.shape[0]!, ...outSize], dtype: "f32" }];
  },
  lower([x, w], [out], attrs, target) {
    const params = geometry(x!.shape, w!.shape, attrs);
    if (isDepthwise(w!.shape, attrs.groups)) return depthwise(x!, w!, out!, params);
    if (sharesLoads(target)) return [bySubgroups(x!, w!, out!, params, false, target)];
    const tiles = params.batch * Math.ceil((params.out_height * params.out_width) / 4);
    const grid = [tiles, channelTiles(params.out_channels, attrs.groups)] as const;
    const flops = flopsOf(x!.shape, w!.shape, attrs);
    return [
      convKernel.dispatch({ buffers: { x: x!, w: w!, out: out! }, params, grid, flops, channel: channelOf(out!) }),
    ];
  },
  vjp: ([x, w], [dOut], attrs) => [
    record(gradInput, [dOut!, w!], { ...attrs, shape: x!.shape }),
    record(gradWeight, [x!, dOut!], { ...attrs, shape: w!.shape }),
  ],
};

/** Attributes of a convolution, and the shape of the operand whose gradient is wanted. */
export type Conv2dGradAttrs = Conv2dAttrs & { readonly shape: Shape };

/** Also the transposed convolution. Convolution is linear in each operand, so its gradients' gradients are the same three ops. */
export const gradInput: KernelOp<Conv2dGradAttrs> = {
  kind: "kernel",
  name: "conv2d_grad_input",
  infer: (_, { shape }) => [{ shape, dtype: "f32" }],
  lower([dOut, w], [dx], attrs, target) {
    const params = geometry(dx!.shape, w!.shape, attrs);
    if (isDepthwise(w!.shape, attrs.groups)) return depthwiseGradInput(dOut!, w!, dx!, params);
    if (sharesLoads(target) && params.stride_h === 1 && params.stride_w === 1)
      return [bySubgroups(dOut!, w!, dx!, params, true, target)];
    const tiles = params.batch * Math.ceil((params.height * params.width) / 4);
    const grid = [tiles, channelTiles(params.in_channels, attrs.groups)] as const;
    const flops = flopsOf(dx!.shape, w!.shape, attrs);
    return [
      gradInputKernel.dispatch({
        buffers: { d_out: dOut!, w: w!, dx: dx! },
        params,
        grid,
        flops,
        channel: channelOf(dx!),
      }),
    ];
  },
  vjp: ([dOut, w], [d], { shape: _, ...attrs }) => [
    record(op, [d!, w!], attrs),
    record(gradWeight, [d!, dOut!], { ...attrs, shape: w!.shape }),
  ],
};

const gradWeight: KernelOp<Conv2dGradAttrs> = {
  kind: "kernel",
  name: "conv2d_grad_weight",
  infer: (_, { shape }) => [{ shape, dtype: "f32" }],
  // A weight gradient has few elements and long sums: the rows of all pictures are dealt out to `parts` invocations.
  lower([x, dOut], [dw], attrs, target, side) {
    if (isDepthwise(dw!.shape, attrs.groups))
      return depthwiseGradWeight(x!, dOut!, dw!, geometry(x!.shape, dw!.shape, attrs), target, side);
    const subgroups = sharesLoads(target);
    const lanes = target.subgroupSize;
    const SUMS = Number(side !== undefined);
    const [outChannels, inGroup, kh, kw] = dw!.shape as [number, number, number, number];
    const columns = subgroups ? subgroupColumns(inGroup * kh * kw, lanes) : 4;
    const across = Math.ceil((inGroup * kh * kw) / (subgroups ? lanes * columns : 4));
    const down = attrs.groups * Math.ceil(outChannels / attrs.groups / (subgroups ? ROWS : 4));
    const rows = x!.shape[0]! * attrs.outSize[0];
    const wanted = subgroups ? 16 : target.cpu ? 128 : 16384;
    const parts = Math.max(1, Math.min(rows, Math.ceil(wanted / (across * down)), 1024));
    const partial = parts === 1 ? dw! : scratch({ shape: [parts, dw!.size], dtype: "f32" });
    const buffers = { x: x!, d_out: dOut!, partial };
    const params = { ...geometry(x!.shape, dw!.shape, attrs), parts };
    const flops = flopsOf(x!.shape, dw!.shape, attrs);
    const product = subgroups
      ? gradWeightSubgroup.dispatch({
          buffers,
          params,
          constants: { ROWS, LANES: lanes, COLUMNS: columns, SUMS, UNROLL: unroll(attrs.outSize[1]) },
          unrolled: target.unrolled,
          grid: [across * lanes, parts, down],
          flops,
        })
      : gradWeightKernel.dispatch({ buffers, params, constants: { SUMS }, grid: [across, parts, down], flops });
    const sideParts = side && (parts === 1 ? side : scratch({ shape: [parts, outChannels], dtype: "f32" }));
    const joined = (from: Tensor, to: Tensor) =>
      parts === 1 ? [] : reduceDispatches(from, to, { k0: 1, r0: parts, k1: to.size, r1: 1 }, target, {});
    return [
      sideParts ? withSide(product, sideParts) : product,
      ...joined(partial, dw!),
      ...(side && sideParts ? joined(sideParts, side) : []),
    ];
  },
  // d_out is read through anyway: its sum over all but the channels is the gradient of the bias.
  sideSum([, dOut]) {
    const [n, channels, height, width] = dOut!.shape as [number, number, number, number];
    return { of: dOut!, dims: { k0: 1, r0: n, k1: channels, r1: height * width } };
  },
  vjp: ([x, dOut], [d], { shape: _, ...attrs }) => [
    record(gradInput, [dOut!, d!], { ...attrs, shape: x!.shape }),
    record(op, [x!, d!], attrs),
  ],
};

/** Output channels of one subgroup in the kernels that share loads between lanes. */
const ROWS = 16;

/** Positions, or values of k, that a lane keeps. */
const COLUMNS = 6;

/** Values of k that a lane keeps: so few that narrow weights leave no lane idle. */
const subgroupColumns = (width: number, lanes: number): number =>
  width <= lanes ? 1 : width <= 2 * lanes ? 2 : COLUMNS;

/** How many terms of a sum a kernel takes at a time. */
const unroll = (terms: number): number => (terms % 2 ? 1 : 2);

/**
 * A convolution, or with `transposed` (stride 1) its input gradient: that is the convolution of dOut with the weights of
 * each tap reversed, input and output channels swapped, and padding span − pad.
 */
function bySubgroups(
  x: Tensor,
  w: Tensor,
  out: Tensor,
  g: ReturnType<typeof geometry>,
  transposed: boolean,
  { subgroupSize: lanes, unrolled }: Target,
): Dispatch {
  const { batch, groups, kernel_h, kernel_w, dilation_h, dilation_w } = g;
  const [inGroup, outGroup] = [g.in_channels / groups, g.out_channels / groups];
  const taps = kernel_h * kernel_w;
  const shared = { batch, kernel_h, kernel_w, dilation_h, dilation_w, groups, w_group: outGroup * inGroup * taps };
  const params = transposed
    ? {
        ...shared,
        in_group: outGroup,
        height: g.out_height,
        width: g.out_width,
        out_group: inGroup,
        out_height: g.height,
        out_width: g.width,
        stride_h: 1,
        stride_w: 1,
        pad_h: dilation_h * (kernel_h - 1) - g.pad_h,
        pad_w: dilation_w * (kernel_w - 1) - g.pad_w,
        w_row: taps,
        w_channel: inGroup * taps,
        flip: 1,
      }
    : { ...shared, ...g, in_group: inGroup, out_group: outGroup, w_row: inGroup * taps, w_channel: taps, flip: 0 };
  const tiles = Math.ceil((batch * params.out_height * params.out_width) / (COLUMNS * lanes));
  const layers = Math.ceil(tiles / MAX_WORKGROUPS);
  const across = Math.ceil(tiles / layers) * lanes;
  return convSubgroup.dispatch({
    buffers: { x, w, out },
    params,
    constants: { ROWS, LANES: lanes, COLUMNS, UNROLL: unroll(params.in_group) },
    unrolled,
    grid: [across, groups * Math.ceil(params.out_group / ROWS), layers],
    flops: 2 * batch * g.out_height * g.out_width * g.out_channels * inGroup * taps,
    channel: channelOf(out),
  });
}
