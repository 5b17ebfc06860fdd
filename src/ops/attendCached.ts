import advance from "../../shaders/advance.wgsl";
import appendRows from "../../shaders/append_rows.wgsl";
import attendKernel from "../../shaders/attend_cached.wgsl";
import attendByFour from "../../shaders/attend_cached_by_four.wgsl";
import { DTypeError, ShapeError } from "../core/errors";
import { powerOfTwoFrom } from "../core/powerOfTwo";
import { checkShape, sameShape, showShape } from "../core/shape";
import { MAX_SIZE } from "../families/attention";
import { widened } from "../graph/cast";
import { checkDTypes, checkTensors, type KernelOp, record } from "../graph/op";
import { optionsOf } from "../graph/options";
import { state, type Tensor } from "../graph/tensor";
import { recordUpdate } from "../graph/trace";

/** Keys and values of the positions so far, kept on the device from step to step. */
export interface KeyValueCache {
  /** f32 [B, capacity, 2·C]: keys and values side by side. */
  readonly rows: Tensor;
  /** u32 [1]: how many positions there are. Set it to 0 with `engine.write` to start another sequence. */
  readonly position: Tensor;
}

/**
 * An empty cache for `batch` sequences of up to `capacity` positions, of keys and values of `dim` elements.
 * @throws ShapeError unless all three are integers of at least 1
 */
export function createKeyValueCache(batch: number, capacity: number, dim: number): KeyValueCache {
  checkShape("createKeyValueCache", [batch, capacity, dim]);
  return {
    rows: state("keys and values", { shape: [batch, capacity, 2 * dim], dtype: "f32" }),
    position: state("position", { shape: [1], dtype: "u32" }),
  };
}

export interface AttendCachedOptions {
  /** Number of heads; C is a multiple of it. */
  readonly heads: number;
  /** Factor of the scores; default 1/√E. */
  readonly scale?: number;
}

type CachedAttrs = Required<AttendCachedOptions>;

/**
 * Causal attention of new positions to those in a cache and to one another, for generating a sequence bit by bit:
 * `softmax(scale · q·kᵀ) · v` over the positions so far. At the end of the step the new keys and values are put into the cache,
 * and its position moves on by n. Positions beyond its capacity are not kept. No gradient flows.
 *
 * @param projected f32 or f16 [B, n, 3·C]: queries, keys and values of n new positions side by side, C = heads·E, E at most 128
 * @param cache of the same B and C, see {@link createKeyValueCache}
 * @returns [B, n, C]
 * @throws ShapeError, DTypeError
 */
export function attendCached(projected: Tensor, cache: KeyValueCache, options: AttendCachedOptions): Tensor {
  const name = "attendCached";
  const { heads, scale } = optionsOf(name, options, "heads scale");
  checkTensors(name, [projected, cache?.rows, cache?.position]);
  const qkv = widened(projected);
  checkDTypes(name, [qkv, cache.rows], ["f32"]);
  if (cache.position.dtype !== "u32")
    throw new DTypeError(name, `the position has dtype ${cache.position.dtype}`, { wants: "u32" });
  const [batch, , width] = qkv.shape as [number, number, number];
  const [, capacity] = cache.rows.shape as [number, number];
  const c = width / 3;
  const size = c / heads;
  const isWhole = Number.isInteger(heads) && heads >= 1 && Number.isInteger(size);
  const fits = sameShape(cache.rows.shape, [batch, capacity, 2 * c]) && sameShape(cache.position.shape, [1]);
  if (qkv.shape.length !== 3 || !fits || !isWhole || size > MAX_SIZE)
    throw new ShapeError(
      name,
      `wants qkv [B, n, 3·C] and a cache [B, capacity, 2·C], C/heads whole and at most ${MAX_SIZE}`,
      {
        qkv: showShape(qkv.shape),
        cache: showShape(cache.rows.shape),
        heads: String(heads),
      },
    );
  const out = record(op, [qkv, cache.rows, cache.position], { heads, scale: scale ?? 1 / Math.sqrt(size) });
  append(qkv, cache);
  return out;
}

/** Once the step has been computed, puts the new keys and values into the cache and moves its position on. */
function append(qkv: Tensor, { rows: cache, position }: KeyValueCache): void {
  const [batch, rows, width] = qkv.shape as [number, number, number];
  const capacity = cache.shape[1]!;
  const len = (batch * rows * 2 * width) / 3;
  recordUpdate({
    name: `append ${rows}`,
    reads: [qkv],
    writes: [cache, position],
    lower: () => [
      appendRows.dispatch({
        buffers: { qkv, position, cache },
        params: { len, rows, width: width / 3, capacity },
        grid: len,
      }),
      advance.dispatch({ buffers: { counter: position }, params: { by: rows, limit: capacity }, grid: 1 }),
    ],
  });
}

export const op: KernelOp<CachedAttrs> = {
  kind: "kernel",
  name: "attendCached",
  infer: ([qkv]) => [{ shape: [...qkv!.shape.slice(0, 2), qkv!.shape[2]! / 3], dtype: "f32" }],
  lower([qkv, cache, position], [out], { heads, scale }, { cpu }) {
    const [batch, rows, c] = out!.shape as [number, number, number];
    const capacity = cache!.shape[1]!;
    const buffers = { qkv: qkv!, cache: cache!, position: position!, out: out! };
    const size = c / heads;
    const flops = 4 * batch * rows * capacity * c;
    if (size % 4 !== 0) {
      const params = { rows, heads, size, capacity, scale };
      return [attendKernel.dispatch({ buffers, params, grid: [rows * LANES, heads, batch], flops })];
    }
    const [lanes, KEYS, keys] = cpu ? [8, 4, 64] : [LANES, 4, 4];
    const quads = size / 4;
    const SPAN = Math.min(lanes, powerOfTwoFrom(quads));
    const COLS = Math.ceil(quads / SPAN);
    return [
      attendByFour.dispatch({
        buffers,
        params: { rows, heads, quads, capacity, lanes, scale },
        constants: { LANES: lanes, KEYS, TILE: lanes * keys, SPAN, COLS, SUMS: lanes * COLS },
        grid: [rows * lanes, heads, batch],
        flops,
      }),
    ];
  },
  vjp: () => [null, null, null],
};

/** Invocations of a workgroup where there are many lanes. */
const LANES = 64;
