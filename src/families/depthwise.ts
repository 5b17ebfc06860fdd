import forwardKernel from "../../shaders/depthwise.wgsl";
import gradInputKernel from "../../shaders/depthwise_grad_input.wgsl";
import gradWeightKernel from "../../shaders/depthwise_grad_weight.wgsl";
import gradWeightTree from "../../shaders/depthwise_grad_weight_tree.wgsl";
import type { Shape } from "../core/shape";
import { scratch, type Tensor } from "../graph/tensor";
import { type Dispatch, withSide } from "../kernel/kernel";
import type { Target } from "../kernel/target";
import { reduceDispatches } from "./reductions";
import { rowGroups } from "./rowwise";

/** The numbers that kernels of a convolution take. */
export type ConvGeometry = Readonly<
  Record<
    | "batch"
    | "in_channels"
    | "height"
    | "width"
    | "out_channels"
    | "out_height"
    | "out_width"
    | "kernel_h"
    | "kernel_w"
    | "stride_h"
    | "stride_w"
    | "pad_h"
    | "pad_w"
    | "dilation_h"
    | "dilation_w",
    number
  >
>;

/** Whether each output channel reads one input channel only: then there is no sum over channels to share loads in. */
export const isDepthwise = (weight: Shape, groups: number): boolean => groups > 1 && weight[1] === 1;

const slides = (g: ConvGeometry) => ({ SLIDE: Number(g.stride_w === 1 && g.dilation_w === 1) });
const flopsOf = (g: ConvGeometry) =>
  2 * g.batch * g.out_channels * g.out_height * g.out_width * g.kernel_h * g.kernel_w;

/** out = conv2d(x, w). */
export function depthwise(x: Tensor, w: Tensor, out: Tensor, g: ConvGeometry): Dispatch[] {
  return [
    forwardKernel.dispatch({
      buffers: { x, w, out },
      params: g,
      constants: slides(g),
      grid: g.batch * g.out_channels * g.out_height * Math.ceil(g.out_width / 4),
      flops: flopsOf(g),
      channel: { size: g.out_channels, inner: g.out_height * g.out_width },
    }),
  ];
}

/** The gradient of {@link depthwise} for x. */
export function depthwiseGradInput(dOut: Tensor, w: Tensor, dx: Tensor, g: ConvGeometry): Dispatch[] {
  return [
    gradInputKernel.dispatch({
      buffers: { d_out: dOut, w, dx },
      params: g,
      constants: slides(g),
      grid: g.batch * g.in_channels * g.height * Math.ceil(g.width / 4),
      flops: flopsOf(g),
      channel: { size: g.in_channels, inner: g.height * g.width },
    }),
  ];
}

/** The gradient of {@link depthwise} for w, and on the side the sum of dOut for each output channel. */
export function depthwiseGradWeight(
  x: Tensor,
  dOut: Tensor,
  dw: Tensor,
  g: ConvGeometry,
  target: Target,
  side?: Tensor,
): Dispatch[] {
  const fours = Math.ceil((g.kernel_h * g.kernel_w) / 4);
  const SUMS = Number(side !== undefined);
  const { parts, launch } = target.cpu ? byInvocations(g, fours) : byWorkgroups(g, fours);
  const partial = parts === 1 ? dw : scratch({ shape: [parts, dw.size], dtype: "f32" });
  const product = launch({ x, d_out: dOut, partial }, SUMS);
  const sideParts = side && (parts === 1 ? side : scratch({ shape: [parts, g.out_channels], dtype: "f32" }));
  const joined = (from: Tensor, to: Tensor) =>
    parts === 1 ? [] : reduceDispatches(from, to, { k0: 1, r0: parts, k1: to.size, r1: 1 }, target, {});
  return [
    sideParts ? withSide(product, sideParts) : product,
    ...joined(partial, dw),
    ...(side && sideParts ? joined(sideParts, side) : []),
  ];
}

type Buffers = Record<"x" | "d_out" | "partial", Tensor>;

function byInvocations(g: ConvGeometry, fours: number) {
  const across = g.out_channels * fours;
  const parts = Math.max(1, Math.min(g.batch * g.out_height, Math.ceil(128 / across)));
  const launch = (buffers: Buffers, SUMS: number) =>
    gradWeightKernel.dispatch({
      buffers,
      params: { ...g, parts },
      constants: { SUMS },
      grid: across * parts,
      flops: flopsOf(g),
    });
  return { parts, launch };
}

function byWorkgroups(g: ConvGeometry, fours: number) {
  const FOURS = Math.min(4, fours);
  const across = g.out_channels * Math.ceil(fours / FOURS);
  const positions = g.batch * g.out_height * g.out_width;
  // At least eight positions a lane, and as many workgroups as keep a large device busy.
  const wanted = Math.max(1, Math.floor(Math.min(4096 / across, positions / 512)));
  const chunk = Math.ceil(positions / wanted);
  const parts = Math.ceil(positions / chunk);
  const launch = (buffers: Buffers, SUMS: number) =>
    gradWeightTree.dispatch({
      buffers,
      params: { ...g, parts, chunk },
      constants: { FOURS, SUMS, SHARES: 64 * (FOURS + SUMS) },
      grid: rowGroups(across * parts),
      flops: flopsOf(g),
    });
  return { parts, launch };
}
