import matmulKernel from "../../shaders/matmul.wgsl";
import matmulDirect from "../../shaders/matmul_direct.wgsl";
import matmulSubgroup from "../../shaders/matmul_subgroup.wgsl";
import { scratch, type Tensor } from "../graph/tensor";
import { type Dispatch, withSide } from "../kernel/kernel";
import { sharesLoads, type Target } from "../kernel/target";
import { chosenWay, type Ways } from "../kernel/ways";
import { reduceDispatches } from "./reductions";

/** Sizes of a matrix product, and how its operands lie. */
export interface Product {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly batch: number;
  /** `a` lies as [.., K, M], `b` as [.., N, K]. */
  readonly transA: boolean;
  readonly transB: boolean;
  /** Elements from one matrix of a batch to the next; 0 where one serves all. */
  readonly aBatch: number;
  readonly bBatch: number;
  /** Whether the sums of a's rows are wanted on the side. */
  readonly sums: boolean;
}

/** Tiles of the kernel that goes through workgroup memory, by the size of the part of `out` that a workgroup makes. */
const TILES = {
  "tile 32": { THREADS: 8, ROWS: 4, COLUMNS: 4, DEPTH: 16 },
  "tile 64": { THREADS: 8, ROWS: 8, COLUMNS: 8, DEPTH: 16 },
  "tile 64, 16 × 16": { THREADS: 16, ROWS: 4, COLUMNS: 4, DEPTH: 16 },
  "tile 128": { THREADS: 16, ROWS: 8, COLUMNS: 8, DEPTH: 8 },
  "tile 32, K split": { THREADS: 8, ROWS: 4, COLUMNS: 4, DEPTH: 16 },
} as const;

type Tile = keyof typeof TILES;
type Way = "subgroup" | "subgroup, 8 rows" | "direct" | Tile;

/** Workgroups that keep a GPU busy. */
const BUSY = 32;

/** The kernels that could make a product on the device, the best guess first. */
export function productWays(p: Product, target: Target): Ways<Way> {
  const { m, n, k, batch, transA, transB } = p;
  const key = `matmul ${batch}·${m}·${k}·${n}${transA ? " aᵀ" : ""}${transB ? " bᵀ" : ""}`;
  const byFour = k % 4 === 0 && n % 4 === 0 && (!transA || m % 4 === 0);
  if (sharesLoads(target) && byFour)
    return { key, names: m <= 8 ? ["subgroup, 8 rows", "direct"] : ["subgroup", "subgroup, 8 rows", "direct"] };
  if (target.cpu) return { key, names: ["direct", "tile 32"] };
  const groups = (tile: number) => batch * Math.ceil(m / tile) * Math.ceil(n / tile);
  const splits = batch === 1 && !p.sums && k >= 256 && groups(32) < BUSY;
  const order: Way[] = splits ? ["tile 32, K split"] : [];
  for (const [tile, names] of [
    [128, ["tile 128"]],
    [64, ["tile 64, 16 × 16", "tile 64"]],
    [32, ["tile 32"]],
  ] as const)
    if (groups(tile) >= BUSY || tile === 32) order.push(...names);
  return { key, names: [...order, "direct"] };
}

/** The launches of a product by the kernel chosen for it. */
export function productDispatches(
  a: Tensor,
  b: Tensor,
  out: Tensor,
  p: Product,
  target: Target,
  side?: Tensor,
): Dispatch[] {
  const way = chosenWay(target, productWays(p, target));
  // Parts are added by a reduction, which makes f32.
  if (way === "tile 32, K split" && out.dtype === "f32") return splitProduct(a, b, out, p, target);
  const product = way.startsWith("subgroup")
    ? bySubgroups(a, b, out, p, target, way === "subgroup" ? 16 : 8)
    : way === "direct"
      ? direct(a, b, out, p)
      : tiled(a, b, out, p, way as Tile, 1);
  return [side ? withSide(product, side) : product];
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
  return matmulSubgroup.dispatch({
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

function direct(a: Tensor, b: Tensor, out: Tensor, p: Product): Dispatch {
  return matmulDirect.dispatch({
    buffers: { a, b, out },
    ...types(a, out),
    params: lies(p),
    constants: { SUMS: Number(p.sums) },
    grid: [Math.ceil(p.n / 4), Math.ceil(p.m / 4), p.batch],
    flops: flopsOf(p),
    channel: { size: p.n, inner: 1 },
  });
}

function tiled(a: Tensor, b: Tensor, out: Tensor, p: Product, tile: Tile, parts: number): Dispatch {
  const { THREADS, ROWS, COLUMNS } = TILES[tile];
  return matmulKernel.dispatch({
    buffers: { a, b, out },
    ...types(a, out),
    params: { ...lies(p), parts, part: Math.ceil(p.k / parts) },
    constants: { ...TILES[tile], SUMS: Number(p.sums) },
    grid: [
      Math.ceil(p.n / (THREADS * COLUMNS)) * THREADS,
      Math.ceil(p.m / (THREADS * ROWS)) * THREADS,
      p.batch * parts,
    ],
    flops: flopsOf(p),
    channel: { size: p.n, inner: 1 },
  });
}

/** A product with few tiles and a long K: K dealt out to several workgroups a tile, then the parts added. */
function splitProduct(a: Tensor, b: Tensor, out: Tensor, p: Product, target: Target): Dispatch[] {
  const tiles = Math.ceil(p.m / 32) * Math.ceil(p.n / 32);
  const parts = Math.min(Math.ceil((2 * BUSY) / tiles), Math.ceil(p.k / 64));
  const partial = scratch({ shape: [parts, p.m, p.n], dtype: "f32" });
  const product = tiled(a, b, partial, p, "tile 32, K split", parts);
  return [product, ...reduceDispatches(partial, out, { k0: 1, r0: parts, k1: p.m * p.n, r1: 1 }, target, {})];
}
