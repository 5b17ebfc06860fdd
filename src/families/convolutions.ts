import convKernel from "../../shaders/conv2d.wgsl";
import gradInputKernel from "../../shaders/conv2d_grad_input.wgsl";
import convSubgroup from "../../shaders/conv2d_subgroup.wgsl";
import convTiled from "../../shaders/conv2d_tiled.wgsl";
import type { Shape } from "../core/shape";
import type { Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import { sharesLoads, type Target } from "../kernel/target";
import { chosenWay, type Ways } from "../kernel/ways";
import { byCost, type ConvTile, sizesOf, TILES, tileCost } from "./convTiles";
import { depthwise, depthwiseGradInput, isDepthwise } from "./depthwise";
import { type Conv2dAttrs, type ConvGradAttrs, flopsOf, type Geometry, geometry, tapsOf } from "./geometry";

export type ConvWay = "subgroup" | "product" | "direct" | "depthwise" | ConvTile;

/** In the kernels that share loads between lanes: output channels of a subgroup, and positions of a lane. */
const subgroupTile = (channels: number) =>
  channels > 16 ? { ROWS: 32, COLUMNS: 4 } : { ROWS: channels > 8 ? 16 : 8, COLUMNS: 8 };

/** How many terms of a sum the kernels take at a time. */
export const termsAtOnce = (terms: number): number => (terms % 2 ? 1 : 2);

/** The most parts that an input gradient is made of, since each is a launch. */
const MOST_PARTS = 16;

/** Terms of a sum, and channels among them, from which on tiles pay. */
const WORTH_TILING = { terms: 24, channels: 4 };

type Correlation = ReturnType<typeof convolutionAsIs>;

/** A convolution, or a part of its input gradient, in the numbers that the kernels take. */
function convolutionAsIs(g: Geometry) {
  const { batch, groups, kernel_h, kernel_w, dilation_h, dilation_w } = g;
  const { height, width, out_height, out_width, stride_h, stride_w, pad_h, pad_w } = g;
  const [in_group, out_group] = [g.in_channels / groups, g.out_channels / groups];
  const taps = kernel_h * kernel_w;
  return {
    ...{ batch, groups, kernel_h, kernel_w, dilation_h, dilation_w, in_group, out_group },
    ...{ height, width, out_height, out_width, stride_h, stride_w, pad_h, pad_w },
    ...{ w_group: out_group * in_group * taps, w_row: in_group * taps, w_channel: taps },
    ...{ tap: 0, tap_step_h: kernel_w, tap_step_w: 1 },
    ...{ place: 0, place_step_h: out_width, place_step_w: 1, place_all: out_height * out_width },
  };
}

/**
 * An input gradient as convolutions of dOut with reversed taps and swapped channels. With a stride s there are s·s of them,
 * one for each pair of remainders modulo s of a row and a column of x: each uses taps of its own.
 */
function correlations(g: Geometry): Correlation[] {
  const { in_group: outGroup, out_group: inGroup, ...shared } = convolutionAsIs(g);
  const rows = along(g.height, g.kernel_h, g.stride_h, g.pad_h, g.dilation_h);
  const columns = along(g.width, g.kernel_w, g.stride_w, g.pad_w, g.dilation_w);
  const taps = g.kernel_h * g.kernel_w;
  return rows.flatMap((h) =>
    columns.map((w) => ({
      ...shared,
      ...{ in_group: inGroup, out_group: outGroup, w_row: taps, w_channel: outGroup * taps },
      ...{ height: g.out_height, width: g.out_width, out_height: h.count, out_width: w.count },
      ...{ kernel_h: h.taps, kernel_w: w.taps, stride_h: 1, stride_w: 1 },
      ...{ pad_h: h.pad, pad_w: w.pad, dilation_h: h.dilation, dilation_w: w.dilation },
      ...{ tap: h.last * g.kernel_w + w.last, tap_step_h: -h.step * g.kernel_w, tap_step_w: -w.step },
      ...{ place: h.first * g.width + w.first, place_step_h: g.stride_h * g.width, place_step_w: g.stride_w },
      place_all: g.height * g.width,
    })),
  );
}

/**
 * Along one dimension: the parts of an input gradient of `size` elements. Element first + stride·i is the sum over the `taps` taps
 * last, last − step, … of elements i − pad, i − pad + dilation, … of dOut.
 */
function along(size: number, kernel: number, stride: number, pad: number, dilation: number) {
  return Array.from({ length: Math.min(stride, size) }, (_, first) => {
    const all = Array.from({ length: kernel }, (_, k) => k);
    const met = all.filter((k) => (first + pad - k * dilation) % stride === 0);
    const step = met.length > 1 ? met[1]! - met[0]! : 1;
    const last = met.at(-1) ?? 0;
    return {
      ...{ first, count: Math.ceil((size - first) / stride), taps: met.length, last, step },
      dilation: met.length > 1 ? (step * dilation) / stride : 1,
      pad: met.length ? (last * dilation - pad - first) / stride : 0,
    };
  });
}

const types = (x: Tensor, out: Tensor) => ({ dtype: x.dtype, outDType: out.dtype });

/** The channel of an element, for an epilogue on pictures. */
const channelOf = ({ shape: [, size, height, width] }: Tensor) => ({ size: size!, inner: height! * width! });

/** Number of tiles of channels, none of which spans two groups. */
export const channelTiles = (channels: number, groups: number, tile = 4): number =>
  groups * Math.ceil(channels / groups / tile);

/** The key for measurements: family, sizes and flags. */
export const keyOf = (family: string, g: Geometry): string => `${family} ${Object.values(g).join("·")}`;

/** The kernels for `channels` × `positions` results that are sums over `taps` of `terms` channels each. */
function tiledWays(channels: number, groups: number, positions: number, terms: number, taps: number): ConvWay[] {
  const order: ConvWay[] = byCost((tile) => {
    const { alone, busy } = tileCost(tile, groups, channels / groups, positions);
    return alone + busy;
  });
  const pays = terms >= WORTH_TILING.channels || terms * taps >= WORTH_TILING.terms;
  return pays ? [...order, "direct"] : ["direct", ...order];
}

/** The kernels that could make a convolution on the device, the best guess first. */
export function convolutionWays(x: Shape, w: Shape, a: Conv2dAttrs, target: Target): Ways<ConvWay> {
  const g = geometry(x, w, a);
  const key = keyOf("conv2d", g);
  if (isDepthwise(w, g.groups)) return { key, names: ["depthwise", "direct"] };
  if (sharesLoads(target)) return { key, names: ["subgroup", "direct"] };
  if (target.cpu) return { key, names: ["direct", "tile 32"] };
  const positions = g.batch * g.out_height * g.out_width;
  return { key, names: tiledWays(g.out_channels, g.groups, positions, g.in_channels / g.groups, tapsOf(g)) };
}

/** The launch of a convolution by the kernel chosen for it. */
export function convolution(x: Tensor, w: Tensor, out: Tensor, a: Conv2dAttrs, target: Target): Dispatch[] {
  const way = chosenWay(target, convolutionWays(x.shape, w.shape, a, target));
  const g = geometry(x.shape, w.shape, a);
  if (way === "depthwise") return depthwise(x, w, out, g, target);
  if (way !== "direct") return [byCorrelation(x, w, out, convolutionAsIs(g), way, target)];
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
  const parts = g.stride_h * g.stride_w;
  if (parts > MOST_PARTS) return { key, names: ["direct"] };
  if (sharesLoads(target)) return { key, names: ["subgroup", "direct"] };
  if (target.cpu) return { key, names: ["direct", "tile 32"] };
  const positions = Math.ceil((g.batch * g.height * g.width) / parts);
  return { key, names: tiledWays(g.in_channels, g.groups, positions, g.out_channels / g.groups, tapsOf(g) / parts) };
}

/** The launch of an input gradient by the kernel chosen for it. */
export function inputGradient(dOut: Tensor, w: Tensor, dx: Tensor, a: ConvGradAttrs, target: Target): Dispatch[] {
  const way = chosenWay(target, inputGradientWays(w.shape, a, target));
  const g = geometry(a.shape, w.shape, a);
  if (way === "depthwise") return depthwiseGradInput(dOut, w, dx, g, target);
  if (way !== "direct") {
    const made = correlations(g).map((c) => byCorrelation(dOut, w, dx, c, way, target));
    return made.length > 1 ? made.map((d) => ({ ...d, isPart: true })) : made;
  }
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

function byCorrelation(x: Tensor, w: Tensor, out: Tensor, c: Correlation, way: ConvWay, target: Target): Dispatch {
  const positions = c.batch * c.out_height * c.out_width;
  const SPREAD = Number(c.place_step_w > 1 || c.out_height * c.out_width < c.place_all);
  const shared = {
    buffers: { x, w, out },
    ...types(x, out),
    params: c,
    flops: 2 * positions * c.groups * c.out_group * c.in_group * c.kernel_h * c.kernel_w,
    channel: channelOf(out),
  };
  if (way === "subgroup") {
    const { subgroupSize: LANES, unrolled } = target;
    const { ROWS, COLUMNS } = subgroupTile(c.out_group);
    const across = Math.ceil(positions / (COLUMNS * LANES));
    const down = c.groups * Math.ceil(c.out_group / ROWS);
    const tile = { ROWS, LANES, COLUMNS, UNROLL: termsAtOnce(c.in_group) };
    const grid = [across * LANES, down] as const;
    return convSubgroup.dispatch({ ...shared, constants: { ...tile, SPREAD }, unrolled, grid });
  }
  const tile = way as ConvTile;
  const { rows, columns, stretches } = sizesOf(tile);
  const { THREADS_X, THREADS_Y } = TILES[tile];
  const across = Math.ceil(positions / columns);
  const down = channelTiles(c.groups * c.out_group, c.groups, rows);
  return convTiled.dispatch({
    ...shared,
    params: { ...c, stretches },
    constants: { ...TILES[tile], SPREAD, ...fours(c.in_group) },
    grid: [across * THREADS_X, down * THREADS_Y],
  });
}

/** How terms are taken four at a time: of one tap each, unless too few `channels` would leave many of the four empty. */
const fours = (channels: number) => ({
  FLAT: Number(4 * Math.ceil(channels / 4) > 1.25 * channels),
  WHOLE: Number(channels % 4 === 0),
});
