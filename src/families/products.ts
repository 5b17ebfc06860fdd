import matmulKernel from "../../shaders/matmul.wgsl";
import matmulByFour from "../../shaders/matmul_by_four.wgsl";
import matmulDirect from "../../shaders/matmul_direct.wgsl";
import matmulOne from "../../shaders/matmul_one.wgsl";
import matmulSubgroup from "../../shaders/matmul_subgroup.wgsl";
import matmulRagged from "../../shaders/matmul_subgroup_ragged.wgsl";
import { scratch, type Tensor } from "../graph/tensor";
import { type Dispatch, withSide } from "../kernel/kernel";
import { sharesLoads, type Target } from "../kernel/target";
import { chosenWay, type Ways } from "../kernel/ways";
import { joinedParts } from "./parts";
import { reduceDispatches } from "./reductions";

/** Sizes of a matrix product, and the layout of its operands. */
export interface Product {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly batch: number;
  /** Whether `a` is [.., K, M], and `b` [.., N, K]. */
  readonly transA: boolean;
  readonly transB: boolean;
  /** Elements from one matrix of a batch to the next; 0 where all products share one. */
  readonly aBatch: number;
  readonly bBatch: number;
  /** Whether the sums of a's rows are wanted too. */
  readonly sums: boolean;
}

/** Tiles of the kernels that use workgroup memory, named by the side of the part of `out` that a workgroup makes. */
const TILES = {
  32: { THREADS: 8, ROWS: 4, COLUMNS: 4 },
  64: { THREADS: 16, ROWS: 4, COLUMNS: 4 },
  128: { THREADS: 16, ROWS: 8, COLUMNS: 8 },
} as const;

type Side = keyof typeof TILES;
type Split = "tile 32, K split" | "tile 64, K split";
type Way = "subgroup" | "subgroup, 8 rows" | "direct" | "one" | `tile ${Side}` | Split;

/** Terms that are in workgroup memory at a time: a tile of both operands then fills what every device grants. */
const DEPTHS: Readonly<Record<Side, number>> = { 32: 32, 64: 32, 128: 16 };

/** Workgroups that keep a large GPU busy: two on each of its cores. */
const BUSY = 256;
/** The least terms of a sum that a workgroup takes where K is divided. */
const LEAST_PART = 64;
/** Terms from which on a sum is worth dividing. */
const LONG = 512;

const tilesOf = ({ m, n, batch }: Product, side: Side): number => batch * Math.ceil(m / side) * Math.ceil(n / side);

/** Whether everything read and written is whole vec4s. */
const isByFour = ({ m, n, k, transA }: Product): boolean => k % 4 === 0 && n % 4 === 0 && (!transA || m % 4 === 0);

/** The kernels that could make a product on the device, the best guess first. */
export function productWays(p: Product, target: Target): Ways<Way> {
  const { m, n, k, batch, transA, transB } = p;
  const key = `matmul ${batch}·${m}·${k}·${n}${transA ? " aᵀ" : ""}${transB ? " bᵀ" : ""}`;
  if (target.isSmall) return { key, names: ["one"] };
  if (sharesLoads(target))
    return { key, names: m <= 8 ? ["subgroup, 8 rows", "direct"] : ["subgroup", "subgroup, 8 rows", "direct"] };
  if (target.cpu) return { key, names: ["direct", "tile 32"] };
  const fills = (side: Side) => tilesOf(p, side) >= BUSY;
  if (fills(128)) return { key, names: ["tile 128", "tile 64", "direct"] };
  if (fills(64)) return { key, names: ["tile 64", "tile 128", "tile 32", "direct"] };
  if (batch > 1 || k < LONG) return { key, names: ["tile 32", "tile 64", "direct"] };
  const splits: Split[] = ["tile 32, K split", "tile 64, K split"];
  if (fills(32)) splits.reverse();
  return { key, names: [...splits, "tile 64", "tile 32", "direct"] };
}

/** The launches of a product by the kernel chosen for it. @param sums where the sums of a's rows go, if they are wanted */
export function productDispatches(
  a: Tensor,
  b: Tensor,
  out: Tensor,
  p: Product,
  target: Target,
  sums?: Tensor,
): Dispatch[] {
  const way = chosenWay(target, productWays(p, target));
  const tile = way.match(/^tile (\d+)/)?.[1];
  const side = Number(tile) as Side;
  // Parts are added by a reduction, which makes f32.
  if (way.endsWith("K split") && out.dtype === "f32") return splitProduct(a, b, out, p, target, side, sums);
  const product = tile
    ? tiled(a, b, out, p, side, { parts: 1, part: p.k })
    : way === "direct" || way === "one"
      ? direct(a, b, out, p, way === "one")
      : bySubgroups(a, b, out, p, target, way === "subgroup" ? 16 : 8);
  return [withSums(product, sums)];
}

const types = (a: Tensor, out: Tensor) => ({ dtype: a.dtype, outDType: out.dtype });

const flopsOf = ({ m, n, k, batch }: Product): number => 2 * m * n * k * batch;

/** Strides of both operands. */
function lies({ m, n, k, transA, transB, aBatch, bBatch }: Product) {
  const a = { a_row: transA ? 1 : k, a_k: transA ? m : 1, a_batch: aBatch };
  return { m, n, k, ...a, b_k: transB ? 1 : n, b_col: transB ? k : 1, b_batch: bBatch };
}

function bySubgroups(a: Tensor, b: Tensor, out: Tensor, p: Product, target: Target, ROWS: number): Dispatch {
  const { m, n, k, batch, transA, transB } = p;
  const { subgroupSize: LANES, unrolled } = target;
  const kernel = isByFour(p) ? matmulSubgroup : matmulRagged;
  return kernel.dispatch({
    buffers: { a, b, out },
    ...types(a, out),
    params: { m, n, k, a_batch: p.aBatch, b_batch: p.bBatch },
    constants: { ROWS, LANES, A_BY_K: Number(!transA), B_BY_K: Number(transB), SUMS: Number(p.sums) },
    unrolled,
    grid: [Math.ceil(n / 4 / LANES) * LANES, Math.ceil(m / ROWS), batch],
    flops: flopsOf(p),
    channel: { size: n, inner: 1 },
  });
}

/** @param one whether an invocation makes one element of `out`, else 4 × 4 */
function direct(a: Tensor, b: Tensor, out: Tensor, p: Product, one: boolean): Dispatch {
  const shared = {
    buffers: { a, b, out },
    ...types(a, out),
    constants: { SUMS: Number(p.sums) },
    flops: flopsOf(p),
    channel: { size: p.n, inner: 1 },
  };
  const len = p.batch * p.m * p.n;
  if (one) return matmulOne.dispatch({ ...shared, params: { len, ...lies(p) }, grid: len });
  return matmulDirect.dispatch({ ...shared, params: lies(p), grid: [Math.ceil(p.n / 4), Math.ceil(p.m / 4), p.batch] });
}

/** How the sum over K is divided. */
interface Parts {
  readonly parts: number;
  /** Terms of each part. */
  readonly part: number;
}

function tiled(a: Tensor, b: Tensor, out: Tensor, p: Product, side: Side, { parts, part }: Parts): Dispatch {
  const { m, n, k, transA, transB } = p;
  const tile = TILES[side];
  const tiles = (size: number) => Math.ceil(size / side) * tile.THREADS;
  const shared = {
    buffers: { a, b, out },
    ...types(a, out),
    grid: [tiles(n), tiles(m), p.batch * parts] as const,
    flops: flopsOf(p),
    channel: { size: n, inner: 1 },
  };
  const lie = { A_BY_K: Number(!transA), B_BY_K: Number(transB), SUMS: Number(p.sums) };
  const constants = { ...tile, DEPTH: DEPTHS[side], ...lie };
  if (!isByFour(p)) return matmulKernel.dispatch({ ...shared, params: { ...lies(p), parts, part }, constants });
  const params = { m, n, k, a_batch: p.aBatch, b_batch: p.bBatch, parts, part };
  return matmulByFour.dispatch({ ...shared, params, constants });
}

/** A product with few tiles and a long K: several workgroups per tile take a part of K each, then the parts are added. */
function splitProduct(
  a: Tensor,
  b: Tensor,
  out: Tensor,
  p: Product,
  target: Target,
  side: Side,
  sums?: Tensor,
): Dispatch[] {
  const wanted = Math.min(Math.ceil(BUSY / tilesOf(p, side)), Math.ceil(p.k / LEAST_PART));
  const part = Math.ceil(p.k / wanted / DEPTHS[side]) * DEPTHS[side];
  const parts = Math.ceil(p.k / part);
  if (parts === 1) return [withSums(tiled(a, b, out, p, side, { parts, part }), sums)];
  const partial = scratch({ shape: [parts, p.m, p.n], dtype: "f32" });
  const product = tiled(a, b, partial, p, side, { parts, part });
  if (!sums) return [product, ...reduceDispatches(partial, out, { k0: 1, r0: parts, k1: p.m * p.n, r1: 1 }, target)];
  const partialSums = scratch({ shape: [parts, p.m], dtype: "f32" });
  return [withSide(product, partialSums), ...joinedParts(parts, target, [partial, out], [partialSums, sums])];
}

const withSums = (product: Dispatch, sums?: Tensor): Dispatch => (sums ? withSide(product, sums) : product);
