import convKernel from "../../shaders/conv2d.wgsl";
import gradInputKernel from "../../shaders/conv2d_grad_input.wgsl";
import convSubgroup from "../../shaders/conv2d_subgroup.wgsl";
import convTiled from "../../shaders/conv2d_tiled.wgsl";
import type { Shape } from "../core/shape";
import type { Tensor } from "../graph/tensor";
import { type Dispatch, MAX_WORKGROUPS } from "../kernel/kernel";
import { sharesLoads, type Target } from "../kernel/target";
import { chosenWay, type Ways } from "../kernel/ways";
import { depthwise, depthwiseGradInput, isDepthwise } from "./depthwise";

export interface Conv2dAttrs {
  readonly stride: readonly [number, number];
  /** Zeros above and to the left. */
  readonly pad: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
  readonly outSize: readonly [number, number];
}

/** Attributes of a convolution, and the shape of the operand whose gradient is wanted. */
export type ConvGradAttrs = Conv2dAttrs & { readonly shape: Shape };

/** Tiles of the kernels that go through workgroup memory. */
export const TILES = {
  "tile 64": { THREADS: 16, ROWS: 4, COLUMNS: 4, DEPTH: 16 },
  "tile 32": { THREADS: 8, ROWS: 4, COLUMNS: 4, DEPTH: 16 },
} as const;

export type ConvTile = keyof typeof TILES;
export type ConvWay = "subgroup" | "direct" | "depthwise" | ConvTile;

/** Output channels of one subgroup in the kernels that share loads between lanes. */
export const SUBGROUP_ROWS = 16;

/** Positions, or values of k, that a lane keeps in them. */
export const SUBGROUP_COLUMNS = 6;

/** How many terms of a sum a kernel takes at a time. */
export const termsAtOnce = (terms: number): number => (terms % 2 ? 1 : 2);

/** Workgroups that keep a GPU busy. */
export const BUSY = 32;

/** Input channels of a group from which on a tile of them is worth filling. */
const WORTH_TILING = 4;

/** The numbers that the kernels take which know a convolution by its own names. */
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

/**
 * The numbers of the kernels that do a convolution and, `transposed`, its input gradient alike: that is the convolution of
 * dOut, spread out by `step`, with the weights of each tap reversed, channels swapped, and padding span − pad.
 */
function correlation(g: Geometry, transposed: boolean) {
  const { batch, groups, kernel_h, kernel_w, dilation_h, dilation_w } = g;
  const [inGroup, outGroup] = [g.in_channels / groups, g.out_channels / groups];
  const taps = kernel_h * kernel_w;
  const shared = { batch, kernel_h, kernel_w, dilation_h, dilation_w, groups, w_group: outGroup * inGroup * taps };
  if (!transposed) {
    const { height, width, out_height, out_width, stride_h, stride_w, pad_h, pad_w } = g;
    const size = { height, width, out_height, out_width, stride_h, stride_w, pad_h, pad_w, step_h: 1, step_w: 1 };
    return {
      ...shared,
      ...size,
      in_group: inGroup,
      out_group: outGroup,
      w_row: inGroup * taps,
      w_channel: taps,
      flip: 0,
    };
  }
  return {
    ...shared,
    in_group: outGroup,
    height: g.out_height,
    width: g.out_width,
    out_group: inGroup,
    out_height: g.height,
    out_width: g.width,
    stride_h: 1,
    stride_w: 1,
    step_h: g.stride_h,
    step_w: g.stride_w,
    pad_h: dilation_h * (kernel_h - 1) - g.pad_h,
    pad_w: dilation_w * (kernel_w - 1) - g.pad_w,
    w_row: taps,
    w_channel: inGroup * taps,
    flip: 1,
  };
}

export const flopsOf = (g: Geometry): number =>
  (2 * g.batch * g.out_height * g.out_width * g.out_channels * g.in_channels * g.kernel_h * g.kernel_w) / g.groups;

const types = (x: Tensor, out: Tensor) => ({ dtype: x.dtype, outDType: out.dtype });

/** What an epilogue on a picture calls its channel. */
const channelOf = ({ shape: [, size, height, width] }: Tensor) => ({ size: size!, inner: height! * width! });

/** Tiles of channels, none across two groups. */
export const channelTiles = (channels: number, groups: number, tile = 4): number =>
  groups * Math.ceil(channels / groups / tile);

/** Family, sizes and flags, as a key for what was measured. */
export const keyOf = (family: string, g: Geometry): string => `${family} ${Object.values(g).join("·")}`;

/** The ways to make `channels` × `positions` results, each a sum over `terms` channels. */
function tiledWays(channels: number, groups: number, positions: number, terms: number): ConvWay[] {
  const tiles = (size: number) => channelTiles(channels, groups, size) * Math.ceil(positions / size);
  const order: ConvWay[] =
    tiles(64) >= BUSY && channels / groups > 32 ? ["tile 64", "tile 32"] : ["tile 32", "tile 64"];
  return terms >= WORTH_TILING ? [...order, "direct"] : ["direct", ...order];
}

/** The kernels that could make a convolution on the device, the best guess first. */
export function convolutionWays(x: Shape, w: Shape, a: Conv2dAttrs, target: Target): Ways<ConvWay> {
  const g = geometry(x, w, a);
  const key = keyOf("conv2d", g);
  if (isDepthwise(w, g.groups)) return { key, names: ["depthwise", "direct"] };
  if (sharesLoads(target)) return { key, names: ["subgroup", "direct"] };
  if (target.cpu) return { key, names: ["direct", "tile 32"] };
  const positions = g.batch * g.out_height * g.out_width;
  return { key, names: tiledWays(g.out_channels, g.groups, positions, g.in_channels / g.groups) };
}

/** The launch of a convolution by the kernel chosen for it. */
export function convolution(x: Tensor, w: Tensor, out: Tensor, a: Conv2dAttrs, target: Target): Dispatch[] {
  const way = chosenWay(target, convolutionWays(x.shape, w.shape, a, target));
  const g = geometry(x.shape, w.shape, a);
  if (way === "depthwise") return depthwise(x, w, out, g);
  if (way === "subgroup") return [bySubgroups(x, w, out, g, false, target)];
  if (way !== "direct") return [byTiles(x, w, out, g, false, way)];
  const tiles = g.batch * Math.ceil((g.out_height * g.out_width) / 4);
  const grid = [tiles, channelTiles(g.out_channels, a.groups)] as const;
  const buffers = { x, w, out };
  return [
    convKernel.dispatch({ buffers, ...types(x, out), params: g, grid, flops: flopsOf(g), channel: channelOf(out) }),
  ];
}

/** The kernels that could make an input gradient on the device, the best guess first. */
export function inputGradientWays(w: Shape, a: ConvGradAttrs, target: Target): Ways<ConvWay> {
  const g = geometry(a.shape, w, a);
  const key = keyOf("conv2d_grad_input", g);
  if (isDepthwise(w, g.groups)) return { key, names: ["depthwise", "direct"] };
  const dense = g.stride_h === 1 && g.stride_w === 1;
  if (sharesLoads(target) && dense) return { key, names: ["subgroup", "direct"] };
  if (target.cpu) return { key, names: ["direct", "tile 32"] };
  const names = tiledWays(g.in_channels, g.groups, g.batch * g.height * g.width, g.out_channels / g.groups);
  // With a stride most of what a tile loads is zeros.
  return { key, names: dense ? names : ["direct", ...names.filter((way) => way !== "direct")] };
}

/** The launch of an input gradient by the kernel chosen for it. */
export function inputGradient(dOut: Tensor, w: Tensor, dx: Tensor, a: ConvGradAttrs, target: Target): Dispatch[] {
  const way = chosenWay(target, inputGradientWays(w.shape, a, target));
  const g = geometry(a.shape, w.shape, a);
  if (way === "depthwise") return depthwiseGradInput(dOut, w, dx, g);
  if (way === "subgroup") return [bySubgroups(dOut, w, dx, g, true, target)];
  if (way !== "direct") return [byTiles(dOut, w, dx, g, true, way)];
  const tiles = g.batch * Math.ceil((g.height * g.width) / 4);
  const grid = [tiles, channelTiles(g.in_channels, a.groups)] as const;
  const buffers = { d_out: dOut, w, dx };
  return [
    gradInputKernel.dispatch({
      buffers,
      ...types(dOut, dx),
      params: g,
      grid,
      flops: flopsOf(g),
      channel: channelOf(dx),
    }),
  ];
}

function byTiles(x: Tensor, w: Tensor, out: Tensor, g: Geometry, transposed: boolean, tile: ConvTile): Dispatch {
  const params = correlation(g, transposed);
  const { THREADS, ROWS, COLUMNS } = TILES[tile];
  const tiles = Math.ceil((g.batch * params.out_height * params.out_width) / (THREADS * COLUMNS));
  const layers = Math.ceil(tiles / MAX_WORKGROUPS);
  const down = g.groups * Math.ceil(params.out_group / (THREADS * ROWS));
  return convTiled.dispatch({
    buffers: { x, w, out },
    ...types(x, out),
    params,
    constants: TILES[tile],
    grid: [Math.ceil(tiles / layers) * THREADS, down * THREADS, layers],
    flops: flopsOf(g),
    channel: channelOf(out),
  });
}

function bySubgroups(
  x: Tensor,
  w: Tensor,
  out: Tensor,
  g: Geometry,
  transposed: boolean,
  { subgroupSize: LANES, unrolled }: Target,
): Dispatch {
  const params = correlation(g, transposed);
  const tiles = Math.ceil((g.batch * params.out_height * params.out_width) / (SUBGROUP_COLUMNS * LANES));
  const layers = Math.ceil(tiles / MAX_WORKGROUPS);
  const down = g.groups * Math.ceil(params.out_group / SUBGROUP_ROWS);
  return convSubgroup.dispatch({
    buffers: { x, w, out },
    ...types(x, out),
    params,
    constants: { ROWS: SUBGROUP_ROWS, LANES, COLUMNS: SUBGROUP_COLUMNS, UNROLL: termsAtOnce(params.in_group) },
    unrolled,
    grid: [Math.ceil(tiles / layers) * LANES, down, layers],
    flops: flopsOf(g),
    channel: channelOf(out),
  });
}
