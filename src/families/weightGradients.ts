import gradWeightKernel from "../../shaders/conv2d_grad_weight.wgsl";
import gradWeightSubgroup from "../../shaders/conv2d_grad_weight_subgroup.wgsl";
import gradWeightTiled from "../../shaders/conv2d_grad_weight_tiled.wgsl";
import type { Shape } from "../core/shape";
import { scratch, type Tensor } from "../graph/tensor";
import { type Dispatch, withSide } from "../kernel/kernel";
import { sharesLoads, type Target } from "../kernel/target";
import { chosenWay, type Ways } from "../kernel/ways";
import { type ConvWay, channelTiles, keyOf, termsAtOnce } from "./convolutions";
import { byCost, type ConvTile, sizesOf, TILES, tileCost } from "./convTiles";
import { depthwiseParts, isDepthwise } from "./depthwise";
import { type ConvGradAttrs, flopsOf, type Geometry, geometry, tapsOf } from "./geometry";
import { joinedParts, type WeightParts } from "./parts";
import { productDispatches } from "./products";
import { reduceDispatches } from "./reductions";

/** The kernels that could make a weight gradient on the device, the best guess first. */
export function weightGradientWays(x: Shape, a: ConvGradAttrs, target: Target): Ways<ConvWay> {
  const g = geometry(x, a.shape, a);
  const key = keyOf("conv2d_grad_weight", g);
  if (isDepthwise(a.shape, a.groups)) return { key, names: ["depthwise", "direct"] };
  if (sharesLoads(target)) return { key, names: [...(isProduct(g) ? ["product" as const] : []), "subgroup", "direct"] };
  if (target.cpu) return { key, names: ["direct", "tile 32"] };
  const cost = (tile: ConvTile) => {
    const { alone, busy } = tileCost(tile, g.groups, g.out_channels / g.groups, columnsOf(g));
    const { part } = dealtOut(g, tile);
    return part * alone + quadsOf(g) * busy;
  };
  return { key, names: [...byCost(cost), "direct"] };
}

/**
 * The launches of a weight gradient by the kernel chosen for it. It has few elements that are long sums, so these are divided
 * among `parts` workgroups or invocations, and a reduction joins the parts.
 */
export function weightGradient(
  x: Tensor,
  dOut: Tensor,
  dw: Tensor,
  a: ConvGradAttrs,
  target: Target,
  side?: Tensor,
): Dispatch[] {
  const way = chosenWay(target, weightGradientWays(x.shape, a, target));
  const g = geometry(x.shape, dw.shape, a);
  if (way === "product") return byProduct(x, dOut, dw, g, target, side);
  const SUMS = Number(side !== undefined);
  const { launch, parts } = partsBy(way, g, SUMS, target);
  const partial = parts === 1 ? dw : scratch({ shape: [parts, dw.size], dtype: "f32" });
  const product = launch({ x, d_out: dOut, partial });
  const sideParts = side && (parts === 1 ? side : scratch({ shape: [parts, side.size], dtype: "f32" }));
  const made = sideParts ? withSide(product, sideParts) : product;
  if (parts === 1) return [made];
  return [made, ...joinedParts(parts, target, [partial, dw], side && [sideParts!, side])];
}

function partsBy(way: Exclude<ConvWay, "product">, g: Geometry, SUMS: number, target: Target): WeightParts {
  if (way === "depthwise") return depthwiseParts(g, SUMS, target);
  if (way === "subgroup") return partsBySubgroups(g, SUMS, target);
  return way === "direct" ? partsDirectly(g, SUMS, target) : partsByTiles(g, SUMS, way);
}

/**
 * Whether a weight gradient is a sum of matrix products dOut · xᵀ, one per picture, since its taps are 1 × 1 and meet every
 * element. Products read whole vec4s where the other kernels read single numbers. Only where the products of all pictures have
 * no more elements than are read for them.
 */
function isProduct(g: Geometry): boolean {
  const positions = g.height * g.width;
  const asIs = g.groups === 1 && tapsOf(g) === 1 && g.out_height === g.height && g.out_width === g.width;
  const isSmall = g.out_channels * g.in_channels <= (g.out_channels + g.in_channels) * positions;
  return asIs && g.pad_h === 0 && g.pad_w === 0 && positions % 4 === 0 && g.in_channels % 4 === 0 && isSmall;
}

function byProduct(x: Tensor, dOut: Tensor, dw: Tensor, g: Geometry, target: Target, side?: Tensor): Dispatch[] {
  const [m, n, k] = [g.out_channels, g.in_channels, g.height * g.width];
  const product = { m, n, k, batch: g.batch, transA: false, transB: true, aBatch: m * k, bBatch: n * k, sums: false };
  const partial = g.batch === 1 ? dw : scratch({ shape: [g.batch, m, n], dtype: "f32" });
  const dims = { k0: 1, r0: g.batch, k1: m, r1: k };
  return [
    ...(side ? reduceDispatches(dOut, side, dims, target) : []),
    ...productDispatches(dOut, x, partial, product, target),
    ...(g.batch === 1 ? [] : joinedParts(g.batch, target, [partial, dw])),
  ];
}

/** In the kernel that shares loads between lanes: output channels of a subgroup, and values of k of a lane. */
const SUBGROUP_ROWS = 16;
const SUBGROUP_COLUMNS = 6;

/** As many parts as make `wanted` pieces of work, but no more than there are `units` to divide. */
const partsOf = (wanted: number, pieces: number, units: number): number =>
  Math.max(1, Math.min(units, Math.ceil(wanted / pieces), 1024));

function partsDirectly(g: Geometry, SUMS: number, { cpu }: Target): WeightParts {
  const across = Math.ceil(columnsOf(g) / 4);
  const down = channelTiles(g.out_channels, g.groups);
  const parts = partsOf(cpu ? 128 : 16384, across * down, g.batch * g.out_height);
  return {
    parts,
    launch: (buffers) =>
      gradWeightKernel.dispatch({
        buffers,
        dtype: buffers.x.dtype,
        params: { ...g, parts },
        constants: { SUMS },
        grid: [across, parts, down],
        flops: flopsOf(g),
      }),
  };
}

/** Number of fours of positions, none of which spans two pictures. */
const quadsOf = (g: Geometry): number => g.batch * Math.ceil((g.out_height * g.out_width) / 4);

/** Invocations that keep a large GPU busy, and the least turns for which a workgroup is worth starting. */
const BUSY_INVOCATIONS = 2 ** 17;
const LEAST_TURNS = 4;

/** How positions are divided among workgroups: how many tiles and parts there are, and fours of positions in each part. */
function dealtOut(g: Geometry, tile: ConvTile) {
  const { rows, columns, lanes, quads: turn } = sizesOf(tile);
  const across = Math.ceil(columnsOf(g) / columns);
  const down = channelTiles(g.out_channels, g.groups, rows);
  const turns = Math.ceil(quadsOf(g) / turn);
  // Sums of parts take memory and time to be joined: there are at most as many as elements read.
  const read = g.batch * (g.in_channels * g.height * g.width + g.out_channels * g.out_height * g.out_width);
  const most = Math.min(turns / LEAST_TURNS, read / (g.out_channels * columnsOf(g)));
  const wanted = partsOf(BUSY_INVOCATIONS / lanes, across * down, Math.floor(most));
  const part = Math.ceil(turns / wanted) * turn;
  return { across, down, part, parts: Math.ceil(quadsOf(g) / part) };
}

function partsByTiles(g: Geometry, SUMS: number, tile: ConvTile): WeightParts {
  const { across, down, part, parts } = dealtOut(g, tile);
  const { THREADS_X, THREADS_Y } = TILES[tile];
  return {
    parts,
    launch: (buffers) =>
      gradWeightTiled.dispatch({
        buffers,
        dtype: buffers.x.dtype,
        params: { ...g, parts, part, stretches: sizesOf(tile).stretches },
        constants: { ...TILES[tile], STEP: g.out_width % 4 ? 0 : g.stride_w, SUMS },
        grid: [across * THREADS_X, parts * THREADS_Y, down],
        flops: flopsOf(g),
      }),
  };
}

function partsBySubgroups(g: Geometry, SUMS: number, { subgroupSize: LANES, unrolled }: Target): WeightParts {
  const columns = columnsOf(g);
  // So few values of k per lane that narrow weights leave no lane idle.
  const COLUMNS = columns <= LANES ? 1 : columns <= 2 * LANES ? 2 : SUBGROUP_COLUMNS;
  const across = Math.ceil(columns / (LANES * COLUMNS));
  const down = channelTiles(g.out_channels, g.groups, SUBGROUP_ROWS);
  const parts = partsOf(16, across * down, g.batch * g.out_height);
  const constants = { ROWS: SUBGROUP_ROWS, LANES, COLUMNS, SUMS, UNROLL: termsAtOnce(g.out_width) };
  return {
    parts,
    launch: (buffers) =>
      gradWeightSubgroup.dispatch({
        buffers,
        dtype: buffers.x.dtype,
        params: { ...g, parts },
        constants,
        unrolled,
        grid: [across * LANES, parts, down],
        flops: flopsOf(g),
      }),
  };
}

/** Number of weights of one output channel. */
const columnsOf = (g: Geometry): number => (g.in_channels / g.groups) * g.kernel_h * g.kernel_w;
