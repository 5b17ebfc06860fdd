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

/**
 * Tiles of the kernels that use workgroup memory, named by the rows × columns of `out` that a workgroup makes. DEPTH is how many terms
 * of the sums are there at a time: a tile of both operands then fills at most what every device grants.
 */
const TILES = {
  "tile 32": { THREADS_X: 8, THREADS_Y: 8, ROWS: 4, COLUMNS: 4, DEPTH: 32 },
  "tile 64": { THREADS_X: 16, THREADS_Y: 8, ROWS: 8, COLUMNS: 4, DEPTH: 32 },
  "tile 128": { THREADS_X: 16, THREADS_Y: 16, ROWS: 8, COLUMNS: 8, DEPTH: 16 },
} as const;

type Tile = keyof typeof TILES;
type Split = "tile 32, K split" | "tile 64, K split";
type Way = "subgroup" | "subgroup, 8 rows" | "direct" | "one" | Tile | Split;

/** Workgroups that keep a large GPU busy: two on each of its cores. */
const BUSY = 256;
/** The least terms of a sum that a workgroup takes where K is divided. */
const LEAST_PART = 64;
/** Terms from which on a sum is worth dividing. */
const LONG = 512;

/** Tiles across and down that make one matrix. */
function tilesOf({ m, n }: Product, tile: Tile): readonly [number, number] {
  const { THREADS_X, THREADS_Y, ROWS, COLUMNS } = TILES[tile];
  return [Math.ceil(n / (THREADS_X * COLUMNS)), Math.ceil(m / (THREADS_Y * ROWS))];
}

/** Workgroups that make all matrices of a batch. */
function workgroupsOf(p: Product, tile: Tile): number {
  const [across, down] = tilesOf(p, tile);
  return across * down * p.batch;
}

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
  const fills = (tile: Tile) => workgroupsOf(p, tile) >= BUSY;
  if (fills("tile 128")) return { key, names: ["tile 128", "tile 64", "direct"] };
  if (fills("tile 64")) return { key, names: ["tile 64", "tile 128", "tile 32", "direct"] };
  if (batch > 1 || k < LONG) return { key, names: ["tile 32", "tile 64", "direct"] };
  const splits: Split[] = ["tile 32, K split", "tile 64, K split"];
  if (fills("tile 32")) splits.reverse();
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
  const named = way.replace(", K split", "");
  const tile = named in TILES ? (named as Tile) : undefined;
  // Parts are added by a reduction, which makes f32.
  if (tile && tile !== way && out.dtype === "f32") return splitProduct(a, b, out, p, target, tile, sums);
  const product = tile
    ? tiled(a, b, out, p, tile, { parts: 1, part: p.k })
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

function tiled(a: Tensor, b: Tensor, out: Tensor, p: Product, tile: Tile, { parts, part }: Parts): Dispatch {
  const { m, n, k, transA, transB } = p;
  const { THREADS_X, THREADS_Y } = TILES[tile];
  const [across, down] = tilesOf(p, tile);
  const shared = {
    buffers: { a, b, out },
    ...types(a, out),
    grid: [across * THREADS_X, down * THREADS_Y, p.batch * parts] as const,
    flops: flopsOf(p),
    channel: { size: n, inner: 1 },
  };
  const constants = { ...TILES[tile], A_BY_K: Number(!transA), B_BY_K: Number(transB), SUMS: Number(p.sums) };
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
  tile: Tile,
  sums?: Tensor,
): Dispatch[] {
  const { DEPTH } = TILES[tile];
  const wanted = Math.min(Math.ceil(BUSY / workgroupsOf(p, tile)), Math.ceil(p.k / LEAST_PART));
  const part = Math.ceil(p.k / wanted / DEPTH) * DEPTH;
  const parts = Math.ceil(p.k / part);
  if (parts === 1) return [withSums(tiled(a, b, out, p, tile, { parts, part }), sums)];
  const partial = scratch({ shape: [parts, p.m, p.n], dtype: "f32" });
  const product = tiled(a, b, partial, p, tile, { parts, part });
  if (!sums) return [product, ...reduceDispatches(partial, out, { k0: 1, r0: parts, k1: p.m * p.n, r1: 1 }, target)];
  const partialSums = scratch({ shape: [parts, p.m], dtype: "f32" });
  return [withSide(product, partialSums), ...joinedParts(parts, target, [partial, out], [partialSums, sums])];
}

const withSums = (product: Dispatch, sums?: Tensor): Dispatch => (sums ? withSide(product, sums) : product);
