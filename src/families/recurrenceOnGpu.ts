// Recurrences on GPUs: either one launch over whole sequences, with a workgroup for a few of them, or one launch per step,
// with its units shared among workgroups.
import wholeKernel from "../../shaders/recurrence_by_four.wgsl";
import wholeGrad from "../../shaders/recurrence_grad_by_four.wgsl";
import stepGrad from "../../shaders/recurrence_grad_tiled.wgsl";
import packKernel from "../../shaders/recurrence_pack_by_four.wgsl";
import stepKernel from "../../shaders/recurrence_tiled.wgsl";
import { powerOfTwoFrom } from "../core/powerOfTwo";
import { scratch, type Tensor } from "../graph/tensor";
import type { Dispatch, Kernel } from "../kernel/kernel";
import { CELLS, type Recurrence, sequenceParams, type Way } from "./cells";

/** Workgroup memory that every device grants, in fours of numbers. */
const MEMORY = 1024;

/** Workgroups that keep a GPU busy: where there are fewer, each takes less of a step. */
const BUSY = { forward: 256, grad: 128 };

/** The tile of the kernels over whole sequences; undefined where a workgroup's memory is too small for any. */
export function wholeTile({ cell, batch, hidden }: Recurrence, grad: boolean) {
  const { GATES } = CELLS[cell];
  const fours = Math.ceil((grad ? GATES * hidden : hidden) / 4);
  const UNITS = Math.min(256, Math.max(32, powerOfTwoFrom(hidden)));
  const PARTS = 256 / UNITS;
  // Eight vectors of weights in flight, where there are that many.
  const DEPTH = Math.min(grad || GATES === 1 ? 8 : 2, powerOfTwoFrom(fours / PARTS));
  const PITCH = Math.ceil(fours / (PARTS * DEPTH)) * PARTS * DEPTH;
  // Each row takes its kept numbers twice, and the parts' sums.
  const rows = Math.min(4, Math.ceil(batch / 64), Math.floor(MEMORY / (2 * PITCH + (grad ? 64 : 256))));
  return rows > 0 ? { ROWS: rows, UNITS, PARTS, THREADS: 256, MINE: Math.ceil(rows / PARTS), DEPTH, PITCH } : undefined;
}

/** Turns of weights that stay in registers, of up to eight vectors each: 128 numbers per invocation; and how many are worth it. */
const MOST_HELD = 4;
const LEAST_HELD = 2;

/** Turns of weights that kernels over whole sequences can keep in registers, so that the rest may stay in a core's cache; else 0. */
export function heldTurns(r: Recurrence, grad: boolean): number {
  const tile = wholeTile(r, grad);
  if (!tile || r.hidden > tile.UNITS) return 0;
  const turns = Math.min(MOST_HELD, tile.PITCH / (tile.PARTS * tile.DEPTH) - 1);
  return turns >= LEAST_HELD ? turns : 0;
}

/** The tile of the kernels of one step, see shaders/include/recurrent_product.wgsl. */
function stepTile({ cell, batch, hidden }: Recurrence, grad: boolean) {
  const { GATES } = CELLS[cell];
  const fours = Math.ceil(hidden / 4);
  const TR = Math.min(grad ? 8 : 16, powerOfTwoFrom(batch / 4));
  let QUADS: number = grad ? 4 : GATES;
  let TU = grad ? 4 : 8;
  const across = () => Math.ceil(fours / (grad ? QUADS * TU : TU));
  const groups = () => Math.ceil(batch / (4 * TR)) * across();
  const busy = grad ? BUSY.grad : BUSY.forward;
  while (grad && QUADS > 1 && groups() < busy) QUADS /= 2;
  while (TU > 2 && groups() < busy) TU /= 2;
  const PITCH = (QUADS * TU + TR) | 1;
  const { SLICES, DEPTH } = slicing(Math.min(64, 256 / (TR * TU)), PITCH);
  const THREADS = TR * TU * SLICES;
  const loads = (count: number) => Math.ceil((DEPTH * count) / THREADS);
  const TILE_SIZE = Math.max(DEPTH * PITCH, THREADS * QUADS);
  const loading = { WEIGHT_LOADS: loads(QUADS * TU), SOURCE_LOADS: loads(TR) };
  const constants = { TR, TU, SLICES, THREADS, QUADS, SUMS: 4 * QUADS, DEPTH, PITCH, TILE_SIZE, ...loading };
  return { constants, grid: [Math.ceil(batch / (4 * TR)) * THREADS, across()] as const };
}

/** The deepest tile that fits, with `slices` that share a sum, or fewer. */
function slicing(most: number, PITCH: number): { SLICES: number; DEPTH: number } {
  const DEPTH = [64, 48, 32, 24, 16].find((d) => d % most === 0 && d * PITCH <= MEMORY);
  return DEPTH ? { SLICES: most, DEPTH } : slicing(most / 2, PITCH);
}

interface Packing {
  /** Fours of terms, or of units. */
  readonly of: "terms" | "units";
  /** Sizes of the kernel's axes a, b and c, and the strides of these and of a four's elements. */
  readonly sizes: readonly [number, number, number];
  readonly apart: readonly [number, number, number, number];
  readonly limit: number;
}

function packing({ cell, hidden: n }: Recurrence, grad: boolean, whole: boolean): Packing {
  const { GATES } = CELLS[cell];
  const fours = Math.ceil(n / 4);
  if (whole && grad)
    return { of: "terms", sizes: [Math.ceil((GATES * n) / 4), 1, n], apart: [4 * n, 0, 1, n], limit: GATES * n };
  if (whole) return { of: "terms", sizes: [fours, GATES, n], apart: [4, n * n, n, 1], limit: n };
  if (grad) return { of: "units", sizes: [GATES * n, 1, fours], apart: [n, 0, 4, 1], limit: n };
  return { of: "units", sizes: [n, GATES, fours], apart: [1, n * n, 4 * n, n], limit: n };
}

/** The weights in fours, and the launch that rearranges them; no launch where they already lie so. */
function inFours(w: Tensor, r: Recurrence, grad: boolean, whole: boolean): { w: Tensor; dispatches: Dispatch[] } {
  if (grad && !whole && r.hidden % 4 === 0) return { w, dispatches: [] };
  const { of, sizes, apart, limit } = packing(r, grad, whole);
  const [a, b, c] = sizes;
  const [each_a, each_b, each_c, each_j] = apart;
  const out = scratch({ shape: [a, b, c, 4], dtype: "f32" });
  const params = { len: a * b * c, b, c, each_a, each_b, each_c, each_j, limit };
  const constants = { ALONG: Number(of === "units") };
  return { w: out, dispatches: [packKernel.dispatch({ buffers: { w, out }, params, constants, grid: a * b * c })] };
}

interface Request {
  readonly buffers: Record<string, Tensor> & { readonly w: Tensor };
  readonly flags: Record<string, number>;
  readonly grad: boolean;
  /** One more than the sequence has where the gradient of the initial state is wanted. */
  readonly steps: number;
}

/** All steps of a recurrence or of its gradient; over whole sequences only where there is a {@link wholeTile} for it. */
export function onGpu({ buffers, flags, grad, steps }: Request, r: Recurrence, way: Way): Dispatch[] {
  const whole = way !== "steps";
  const { batch, hidden } = r;
  const { GATES, SAVED } = CELLS[r.cell];
  const common = sequenceParams(r);
  const flops = 2 * batch * GATES * hidden * hidden;
  const { w, dispatches } = inFours(buffers.w, r, grad, whole);
  const bound = { ...buffers, w };
  if (!whole) {
    const { constants, grid } = stepTile(r, grad);
    const kernel = (grad ? stepGrad : stepKernel) as Kernel;
    const request = { buffers: bound, constants: { ...flags, SAVED, ...constants }, grid, flops };
    const launch = (start: number) => kernel.dispatch({ ...request, params: { ...common, start } });
    return [...dispatches, ...Array.from({ length: steps }, (_, i) => launch(i))];
  }
  const tile = wholeTile(r, grad)!;
  const kept = tile.ROWS * tile.PITCH;
  const sizes = { KEPT_SIZE: kept, FRESH_SIZE: 4 * kept, PARTIAL_SIZE: tile.ROWS * tile.THREADS };
  const turns = way === "whole, held" ? heldTurns(r, grad) : 0;
  const held = { HELD: turns, HELD_SIZE: Math.max(1, turns) };
  const LOADS = tile.DEPTH * (grad ? 1 : GATES);
  const launch = ((grad ? wholeGrad : wholeKernel) as Kernel).dispatch({
    buffers: bound,
    params: { ...common, count: steps },
    constants: { ...flags, SAVED, ...tile, ...sizes, ...held, LOADS },
    grid: [Math.ceil(batch / tile.ROWS) * tile.THREADS],
    flops: steps * flops,
  });
  return [...dispatches, launch];
}
