import forwardKernel from "../../shaders/depthwise.wgsl";
import byFourKernel from "../../shaders/depthwise_by_four.wgsl";
import gradInputKernel from "../../shaders/depthwise_grad_input.wgsl";
import gradInputByFour from "../../shaders/depthwise_grad_input_by_four.wgsl";
import gradWeightKernel from "../../shaders/depthwise_grad_weight.wgsl";
import gradWeightByFour from "../../shaders/depthwise_grad_weight_by_four.wgsl";
import gradWeightTree from "../../shaders/depthwise_grad_weight_tree.wgsl";
import type { Shape } from "../core/shape";
import type { Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import type { Target } from "../kernel/target";
import { flopsOf, type Geometry, tapsOf } from "./geometry";
import type { WeightParts } from "./parts";
import { gradBlocks, stripRows } from "./pooling";
import { rowGroups } from "./rowwise";

/** Whether each output channel reads one input channel only, so that there is no sum over channels. */
export const isDepthwise = (weight: Shape, groups: number): boolean => groups > 1 && weight[1] === 1;

/** Whether neighbours in a row read neighbours, so that one load serves several. */
const slides = (g: Geometry) => ({ SLIDE: Number(g.stride_w === 1 && g.dilation_w === 1) });

/** Taps times strides up to which kernels with unrolled taps compile quickly: 5 × 5, or 3 × 3 with stride 2. */
const MOST_TAPS = 36;

/** The constants of the kernels that read whole vec4s of x; null where they cannot be used. */
function stripConstants(g: Geometry) {
  const TAPS = tapsOf(g);
  const fits = g.dilation_h === 1 && g.dilation_w === 1 && g.width % 4 === 0 && g.out_width % 4 === 0;
  if (!fits || TAPS * g.stride_h * g.stride_w > MOST_TAPS) return null;
  const AHEAD = (4 - (g.pad_w % 4)) % 4;
  return {
    CHANNELS: g.out_channels,
    REPEAT: g.out_channels / g.in_channels,
    HEIGHT: g.height,
    WIDTH: g.width,
    OUT_HEIGHT: g.out_height,
    OUT_WIDTH: g.out_width,
    KERNEL_H: g.kernel_h,
    KERNEL_W: g.kernel_w,
    STRIDE_H: g.stride_h,
    STRIDE_W: g.stride_w,
    PAD_H: g.pad_h,
    PAD_W: g.pad_w,
    TAPS,
    OPEN: Math.ceil(g.kernel_h / g.stride_h),
    AHEAD,
    LOADS: Math.ceil((AHEAD + 3 * g.stride_w + g.kernel_w) / 4),
  };
}

/** The launch that goes down strips of out; null where it cannot be used. */
function byStrips(x: Tensor, w: Tensor, out: Tensor, g: Geometry, target: Target, FLIP = 0): Dispatch | null {
  const constants = stripConstants(g);
  if (!constants) return null;
  const planes = g.batch * g.out_channels * (g.out_width / 4);
  const rows = stripRows(g.out_height, planes * g.out_height, target);
  const len = planes * Math.ceil(g.out_height / rows);
  const shared = { params: { len, rows }, grid: len, flops: flopsOf(g), unrolled: true };
  return byFourKernel.dispatch({ ...shared, constants: { ...constants, FLIP }, buffers: { x, w, out } });
}

/** The convolution, with the taps in reverse, that is the gradient for x; null where there is none. */
function mirrored(g: Geometry): Geometry | null {
  const [pad_h, pad_w] = [g.kernel_h - 1 - g.pad_h, g.kernel_w - 1 - g.pad_w];
  if (g.stride_h !== 1 || g.stride_w !== 1 || g.in_channels !== g.out_channels || pad_h < 0 || pad_w < 0) return null;
  const [height, width, out_height, out_width] = [g.out_height, g.out_width, g.height, g.width];
  return { ...g, height, width, out_height, out_width, pad_h, pad_w };
}

/** The launch that makes blocks of dx, as pooling does; null where it cannot be used. */
function byBlocks(dOut: Tensor, w: Tensor, dx: Tensor, g: Geometry): Dispatch | null {
  const dense = g.dilation_h === 1 && g.dilation_w === 1 && g.pad_h < g.kernel_h && g.pad_w < g.kernel_w;
  const [kernel, stride] = [[g.kernel_h, g.kernel_w] as const, [g.stride_h, g.stride_w] as const];
  const blocks = dense && gradBlocks(dx.shape, dOut.shape, { kernel, stride, padding: [g.pad_h, g.pad_w] });
  if (!blocks) return null;
  const own = { CHANNELS: g.in_channels, REPEAT: g.out_channels / g.in_channels, TAPS: tapsOf(g) };
  const shared = { buffers: { d_out: dOut, w, dx }, flops: flopsOf(g), unrolled: true };
  return gradInputByFour.dispatch({ ...blocks, ...shared, constants: { ...blocks.constants, ...own } });
}

/** out = conv2d(x, w). */
export function depthwise(x: Tensor, w: Tensor, out: Tensor, g: Geometry, target: Target): Dispatch[] {
  const strips = byStrips(x, w, out, g, target);
  if (strips) return [strips];
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
export function depthwiseGradInput(dOut: Tensor, w: Tensor, dx: Tensor, g: Geometry, target: Target): Dispatch[] {
  const back = mirrored(g);
  const byFour = (back && byStrips(dOut, w, dx, back, target, 1)) ?? byBlocks(dOut, w, dx, g);
  if (byFour) return [byFour];
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

/** The gradient of {@link depthwise} for w, and with `SUMS` also the sum of dOut for each output channel. */
export function depthwiseParts(g: Geometry, SUMS: number, target: Target): WeightParts {
  const fours = Math.ceil(tapsOf(g) / 4);
  return target.cpu ? (downStrips(g, SUMS) ?? byInvocations(g, fours, SUMS)) : byWorkgroups(g, fours, SUMS);
}

/** The same by kernels that read vec4s; null where they cannot be used. */
function downStrips(g: Geometry, SUMS: number): WeightParts | null {
  const constants = stripConstants(g);
  if (!constants) return null;
  const strips = g.out_width / 4;
  const parts = Math.min(g.batch, Math.ceil(1024 / (g.out_channels * strips)));
  const len = parts * strips * g.out_channels;
  const launch: WeightParts["launch"] = (buffers) =>
    gradWeightByFour.dispatch({
      buffers,
      params: { len, batch: g.batch, parts },
      constants: { ...constants, SUMS },
      grid: len,
      flops: flopsOf(g),
      unrolled: true,
    });
  return { parts: parts * strips, launch };
}

function byInvocations(g: Geometry, fours: number, SUMS: number): WeightParts {
  const across = g.out_channels * fours;
  const parts = Math.max(1, Math.min(g.batch * g.out_height, Math.ceil(128 / across)));
  const launch: WeightParts["launch"] = (buffers) =>
    gradWeightKernel.dispatch({
      buffers,
      params: { ...g, parts },
      constants: { SUMS },
      grid: across * parts,
      flops: flopsOf(g),
    });
  return { parts, launch };
}

function byWorkgroups(g: Geometry, fours: number, SUMS: number): WeightParts {
  const FOURS = Math.min(4, fours);
  const across = g.out_channels * Math.ceil(fours / FOURS);
  const positions = g.batch * g.out_height * g.out_width;
  // At least eight positions per lane, and no more workgroups than keep a large device busy.
  const wanted = Math.max(1, Math.floor(Math.min(4096 / across, positions / 512)));
  const chunk = Math.ceil(positions / wanted);
  const parts = Math.ceil(positions / chunk);
  const launch: WeightParts["launch"] = (buffers) =>
    gradWeightTree.dispatch({
      buffers,
      params: { ...g, parts, chunk },
      constants: { FOURS, SUMS, SHARES: 64 * (FOURS + SUMS) },
      grid: rowGroups(across * parts),
      flops: flopsOf(g),
    });
  return { parts, launch };
}
