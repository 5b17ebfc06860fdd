import attentionFours from "../../shaders/attention_by_four.wgsl";
import gradKeyFours from "../../shaders/attention_grad_key_by_four.wgsl";
import gradKeySubgroup from "../../shaders/attention_grad_key_subgroup.wgsl";
import gradQueryFours from "../../shaders/attention_grad_query_by_four.wgsl";
import gradQuerySubgroup from "../../shaders/attention_grad_query_subgroup.wgsl";
import attentionSubgroup from "../../shaders/attention_subgroup.wgsl";
import { scratch, type Tensor } from "../graph/tensor";
import { type Dispatch, MAX_WORKGROUPS } from "../kernel/kernel";
import { sharesLoads, type Target } from "../kernel/target";
import { chosenWay, type Ways } from "../kernel/ways";
import { gradTileWays, type TileWay, tileConstants, tileInvocations, tilesBySide, tileWays } from "./attentionTiles";

/** Strides of an operand: elements from one example, head and row to the next, all multiples of 4. */
export interface Place {
  readonly at: number;
  readonly batch: number;
  readonly head: number;
  readonly row: number;
}

/** Sizes of an attention, and strides of its operands. */
export interface Attention {
  readonly batch: number;
  readonly heads: number;
  /** Numbers of queries and of keys of an example. */
  readonly rows: number;
  readonly keys: number;
  /** Elements of a query, a key and a value: a multiple of 4, at most {@link MAX_SIZE}. */
  readonly size: number;
  readonly causal: boolean;
  readonly scale: number;
  /** Dropout: probability and stream. */
  readonly p: number;
  readonly stream: number;
  readonly q: Place;
  readonly k: Place;
  readonly v: Place;
  readonly out: Place;
}

/** Elements of a row that the kernels can keep in registers. */
export const MAX_SIZE = 128;

/** Rows of the result that a workgroup makes. */
const SUBGROUP_ROWS = 8;

/** The most scores that the gradient by subgroups keeps at once; further heads come after. */
const MAX_KEPT = 4 * 2 ** 20;

/** Number of vec4s in a row of kept scores. */
const widthOf = ({ keys }: Attention): number => Math.ceil(keys / 4);

/**
 * Whether the kernels by subgroups can be used. On the devices they are made for they are by far the fastest, so nothing need
 * be measured. For the gradient the scores of at least one head must fit into its share of memory.
 */
function takesSubgroups(a: Attention, target: Target, grad: boolean): boolean {
  return sharesLoads(target) && (!grad || 4 * a.rows * widthOf(a) <= MAX_KEPT);
}

export interface Operands {
  readonly q: Tensor;
  readonly k: Tensor;
  readonly v: Tensor;
  readonly out: Tensor;
  /** u32 [pairs, rows, 4], see attention_by_four.wgsl. */
  readonly stats: Tensor;
}

/**
 * The kernels that could make the forward pass, the best guess first. The work does not depend on the numbers that a
 * measurement runs on, unless there are lengths.
 */
export function attentionWays(a: Attention, padded: boolean, target: Target): Ways<TileWay | "subgroup"> {
  const { key, names } = tileWays("attention", a, a.rows);
  if (takesSubgroups(a, target, false)) return { key, names: ["subgroup"] };
  return { key, names: padded ? names.slice(0, 1) : names };
}

/** The launches that fill `out` and `stats`. */
export function attentionDispatches(
  a: Attention,
  operands: Operands & { readonly lengths: Tensor | undefined; readonly random: Tensor | undefined },
  target: Target,
): Dispatch[] {
  const { lengths, random, q } = operands;
  // Absent inputs are not read, but something must be bound.
  const buffers = { ...operands, lengths: lengths ?? q, random: random ?? q };
  const DROPOUT = Number(a.p > 0);
  const by_length = Number(lengths !== undefined);
  const way = chosenWay(target, attentionWays(a, lengths !== undefined, target));
  return inChunks(a, MAX_WORKGROUPS).map(({ first, pairs }) => {
    const shared = { buffers, dtype: q.dtype, flops: 4 * pairs * a.rows * a.keys * a.size };
    const sizes = { ...params(a), by_length, first };
    if (way === "subgroup") {
      const { constants, unrolled, lanes } = bySubgroups(a, target);
      return attentionSubgroup.dispatch({
        ...shared,
        params: sizes,
        constants: { ...constants, DROPOUT, ROWS: SUBGROUP_ROWS },
        unrolled,
        grid: [Math.ceil(a.rows / SUBGROUP_ROWS) * lanes, pairs],
      });
    }
    const grid = tileInvocations(a.rows, pairs, way);
    const constants = tileConstants(a, way);
    return attentionFours.dispatch({ ...shared, params: sizes, constants, unrolled: true, grid });
  });
}

export interface GradOperands extends Operands {
  readonly dOut: Tensor;
  /** Gets the gradient for q, with the strides of q. */
  readonly dq: Tensor;
  /** Gets the gradient for k, with the strides of k, and the gradient for v from `dvAt` on. */
  readonly dkv: Tensor;
  readonly dvAt: number;
}

/** The kernels that could make the gradient, the best guess first. */
export function attentionGradWays(a: Attention, target: Target): Ways<TileWay | "by side" | "subgroup"> {
  const ways = gradTileWays(a);
  return takesSubgroups(a, target, true) ? { ...ways, names: ["subgroup"] } : ways;
}

/** The launches of the gradients for q, k and v. */
export function attentionGradDispatches(a: Attention, operands: GradOperands, target: Target): Dispatch[] {
  const way = chosenWay(target, attentionGradWays(a, target));
  if (way === "subgroup") return gradBySubgroups(a, operands, target);
  return gradByFours(a, operands, way === "by side" ? tilesBySide(a) : { query: way, key: way });
}

/** Scores are made once and kept, for as many heads at a time as memory allows. */
function gradBySubgroups(a: Attention, { dOut, dvAt, ...operands }: GradOperands, target: Target): Dispatch[] {
  const { rows, keys, size } = a;
  const width = widthOf(a);
  const { constants, unrolled, lanes } = bySubgroups(a, target);
  const chunks = inChunks(a, Math.min(MAX_WORKGROUPS, Math.floor(MAX_KEPT / (4 * rows * width))));
  const weights = scratch({ shape: [2, chunks[0]!.pairs, rows, 4 * width], dtype: "f32" });
  const buffers = { ...operands, d_out: dOut, weights };
  return chunks.flatMap(({ first, pairs }) => {
    const shared = { ...params(a), first, pairs, width };
    const flops = 2 * pairs * rows * keys * size;
    const query = gradQuerySubgroup.dispatch({
      buffers,
      params: shared,
      constants: { ...constants, DROPOUT: Number(a.p > 0), ROWS: SUBGROUP_ROWS },
      unrolled,
      dtype: dOut.dtype,
      grid: [Math.ceil(rows / SUBGROUP_ROWS) * lanes, pairs],
      flops: 3 * flops,
    });
    const key = gradKeySubgroup.dispatch({
      buffers,
      params: { ...shared, dv_at: dvAt / 4 },
      constants: { LANES: lanes },
      unrolled,
      dtype: dOut.dtype,
      grid: [Math.ceil(keys / SUBGROUP_ROWS) * lanes, pairs],
      flops: 2 * flops,
    });
    return [query, key];
  });
}

/** Scores are made again by each of the two kernels, and never stored. */
function gradByFours(
  a: Attention,
  { dOut, dvAt, ...operands }: GradOperands,
  tiles: { readonly query: TileWay; readonly key: TileWay },
): Dispatch[] {
  const { batch, heads, rows, keys, size } = a;
  const along = scratch({ shape: [batch * heads, rows], dtype: "f32" });
  const buffers = { ...operands, d_out: dOut, along };
  return inChunks(a, MAX_WORKGROUPS).flatMap(({ first, pairs }) => {
    const shared = { ...params(a), first };
    const flops = 2 * pairs * rows * keys * size;
    const query = gradQueryFours.dispatch({
      buffers,
      params: shared,
      constants: tileConstants(a, tiles.query),
      unrolled: true,
      dtype: dOut.dtype,
      grid: tileInvocations(rows, pairs, tiles.query),
      flops: 3 * flops,
    });
    const key = gradKeyFours.dispatch({
      buffers,
      params: { ...shared, dv_at: dvAt / 4 },
      constants: tileConstants(a, tiles.key),
      unrolled: true,
      dtype: dOut.dtype,
      grid: tileInvocations(keys, pairs, tiles.key),
      flops: 4 * flops,
    });
    return [query, key];
  });
}

/** The pairs of example and head, cut into runs of at most `most`. */
function inChunks({ batch, heads }: Attention, most: number): { first: number; pairs: number }[] {
  const all = batch * heads;
  const step = Math.ceil(all / Math.ceil(all / most));
  return Array.from({ length: Math.ceil(all / step) }, (_, i) => ({
    first: i * step,
    pairs: Math.min(step, all - i * step),
  }));
}

function bySubgroups({ size }: Attention, { subgroupSize: lanes, unrolled }: Target) {
  const HELD = Math.ceil(size / 4 / lanes);
  return { constants: { LANES: lanes, HELD }, unrolled, lanes };
}

/** The kernels' sizes and strides, in vec4s. */
function params({ heads, rows, keys, size, causal, scale, stream, p, q, k, v, out }: Attention) {
  const u = (n: number) => n / 4;
  return {
    heads,
    rows,
    keys,
    quads: u(size),
    causal: Number(causal),
    scale,
    stream,
    p,
    ...{ q_at: u(q.at), q_batch: u(q.batch), q_head: u(q.head), q_row: u(q.row) },
    ...{ k_at: u(k.at), k_batch: u(k.batch), k_head: u(k.head), k_row: u(k.row) },
    ...{ v_at: u(v.at), v_batch: u(v.batch), v_head: u(v.head), v_row: u(v.row) },
    ...{ out_batch: u(out.batch), out_head: u(out.head), out_row: u(out.row) },
  };
}
