import recurrenceKernel from "../../shaders/recurrence.wgsl";
import gradKernel from "../../shaders/recurrence_grad.wgsl";
import gradSubgroup from "../../shaders/recurrence_grad_subgroup.wgsl";
import startKernel from "../../shaders/recurrence_start.wgsl";
import recurrenceSubgroup from "../../shaders/recurrence_subgroup.wgsl";
import { powerOfTwoFrom, powerOfTwoUpTo } from "../core/powerOfTwo";
import { type Tensor, unused } from "../graph/tensor";
import type { Dispatch, Kernel } from "../kernel/kernel";
import { sharesLoads, type Target } from "../kernel/target";
import { chosenWay, type Ways } from "../kernel/ways";
import { CELLS, type Recurrence, sequenceParams, strides, type Way } from "./cells";
import { heldTurns, onGpu, wholeTile } from "./recurrenceOnGpu";

/**
 * Bytes of recurrent weights that one workgroup on a GPU, and all of them together, stream in the time that a launch costs: at
 * about 100 GB/s and 3 TB/s in 3 µs on large GPUs, at less in tens of microseconds on others.
 */
const STREAMED = 2 ** 20;
const STREAMED_BY_ALL = 64 * 2 ** 20;

/** Workgroup memory that every device grants, in numbers. */
const ON_CHIP = 4096;

/** The ways to run a recurrence on the device, the best guess first. */
export function recurrenceWays(r: Recurrence, grad: boolean, target: Target): Ways<Way> {
  const { cell, steps, batch, hidden } = r;
  const key = `recurrence ${cell} ${steps}·${batch}·${hidden}${grad ? " gradient" : ""}`;
  // PyTorch's initial range: with larger weights a long recurrence is chaotic, and rounding errors grow with each step.
  const about = { key, magnitude: hidden ** -0.5 };
  if (sharesLoads(target) && hidden % 4 === 0) return { ...about, names: ["whole, subgroup", "steps, subgroup"] };
  const bytes = 4 * CELLS[cell].GATES * hidden * hidden;
  if (target.cpu) return { ...about, names: ["whole", "steps"] };
  const tile = cell === "gruResetFirst" ? workgroupTile(r, "whole", target, grad ? 1 : 2) : wholeTile(r, grad);
  if (!tile) return { ...about, names: ["steps"] };
  const short = bytes <= STREAMED && bytes * Math.ceil(batch / tile.ROWS) <= STREAMED_BY_ALL;
  const names: Way[] = short ? ["whole", "steps"] : ["steps", "whole"];
  // Not every GPU has registers for it. NVIDIA's have, which are those with subgroups of a fixed size; elsewhere the tuner measures it.
  if (short && cell !== "gruResetFirst" && heldTurns(r, grad))
    names.splice(target.subgroupSize ? 0 : names.length, 0, "whole, held");
  return { ...about, names };
}

export interface ForwardTensors {
  readonly x: Tensor;
  readonly w: Tensor;
  readonly h0: Tensor | undefined;
  readonly c0: Tensor | undefined;
  readonly bias: Tensor | undefined;
  readonly lengths: Tensor | undefined;
  readonly out: Tensor;
  readonly states: Tensor;
  readonly saved: Tensor;
  readonly final: Tensor;
}

/** The launches of a recurrence: the state it starts from, then the steps. */
export function recurrenceDispatches(t: ForwardTensors, r: Recurrence, target: Target): Dispatch[] {
  const way = chosenWay(target, recurrenceWays(r, false, target));
  const { CELL, GATES } = CELLS[r.cell];
  const begin = start(t, r);
  // Absent inputs are not read, but something must be bound.
  const given = { bias: t.bias ?? t.w, lengths: t.lengths ?? t.w };
  const flags = { CELL, GATES, LENGTHS: Number(t.lengths !== undefined), BIAS: Number(t.bias !== undefined) };
  const buffers = { x: t.x, w: t.w, out: t.out, states: t.states, saved: t.saved, final_states: t.final, ...given };
  const { steps } = r;
  if (!target.cpu) return [begin, ...onGpu({ buffers, flags, grad: false, steps }, r, way)];
  const request = { buffers, r, steps, way };
  if (way.endsWith("subgroup"))
    return [begin, ...bySubgroups({ ...request, kernel: recurrenceSubgroup as Kernel }, flags, target)];
  const tile = workgroupTile(r, way, target, GATES);
  const size = 2 * tile.ROWS * r.hidden;
  const PARTIAL_SIZE = tile.ROWS * GATES * tile.THREADS;
  const onChip = size + PARTIAL_SIZE <= ON_CHIP;
  const memory = { PARTIAL_SIZE, ON_CHIP: Number(onChip), STATE_SIZE: onChip ? size : 1 };
  return [begin, ...byWorkgroups({ ...request, kernel: recurrenceKernel as Kernel }, { ...flags, ...tile, ...memory })];
}

export interface GradTensors {
  readonly w: Tensor;
  readonly saved: Tensor;
  readonly dOut: Tensor | undefined;
  readonly dFinal: Tensor | undefined;
  readonly lengths: Tensor | undefined;
  readonly dGates: Tensor;
  /** For a GRU only. */
  readonly dX: Tensor | undefined;
  readonly dInitial: Tensor;
}

/** The launches of its gradient. @param initial whether the gradient of the state before the first step is wanted */
export function gradDispatches(t: GradTensors, r: Recurrence, initial: boolean, target: Target): Dispatch[] {
  const way = chosenWay(target, recurrenceWays(r, true, target));
  const { CELL, GATES } = CELLS[r.cell];
  const buffers = {
    w: t.w,
    saved: t.saved,
    d_out: t.dOut ?? t.w,
    d_final: t.dFinal ?? t.w,
    lengths: t.lengths ?? t.w,
    d_gates: t.dGates,
    d_x: t.dX ?? unused(),
    d_initial: t.dInitial,
  };
  const given = { D_OUT: Number(t.dOut !== undefined), D_FINAL: Number(t.dFinal !== undefined) };
  const flags = { CELL, GATES, LENGTHS: Number(t.lengths !== undefined), ...given };
  const steps = r.steps + Number(initial);
  if (!target.cpu) return onGpu({ buffers, flags, grad: true, steps }, r, way);
  const request = { buffers, r, steps, way };
  if (way.endsWith("subgroup")) return bySubgroups({ ...request, kernel: gradSubgroup as Kernel }, flags, target);
  const tile = workgroupTile(r, way, target, 1);
  const EACH = 4; // One load from a sequence serves several units.
  const SUMS = tile.ROWS * EACH;
  const size = 2 * tile.ROWS * GATES * r.hidden;
  const PARTIAL_SIZE = SUMS * tile.THREADS;
  const onChip = size + PARTIAL_SIZE <= ON_CHIP;
  const memory = { PARTIAL_SIZE, ON_CHIP: Number(onChip), GATES_SIZE: onChip ? size : 1 };
  return byWorkgroups({ ...request, kernel: gradKernel as Kernel }, { ...flags, ...tile, EACH, SUMS, ...memory });
}

/** Writes the initial state to where the first step reads it. */
export function start(t: ForwardTensors, r: Recurrence): Dispatch {
  const len = r.batch * r.hidden;
  return startKernel.dispatch({
    buffers: { h0: t.h0 ?? t.w, c0: t.c0 ?? t.w, states: t.states, saved: t.saved },
    params: { len, hidden: r.hidden, first: r.reverse ? r.steps - 1 : 0, ...strides(r) },
    constants: { CELL: CELLS[r.cell].CELL, INITIAL: Number(t.h0 !== undefined) },
    grid: len,
  });
}

/** A kernel over sequences, to be launched once for all steps or once per step. */
interface Request {
  readonly kernel: Kernel;
  readonly buffers: Record<string, Tensor>;
  readonly r: Recurrence;
  /** One more than the sequence has where the gradient of the initial state is wanted. */
  readonly steps: number;
  readonly way: Way;
}

type Constants = Record<string, number>;

function bySubgroups(request: Request, flags: Constants, target: Target): Dispatch[] {
  const { r, way } = request;
  const { tile, grid } = subgroupTile(r, way, target, r.hidden);
  return launches(request, { ...flags, ...tile }, grid, target.unrolled);
}

/** How many sequences a subgroup takes, and the launch. @param results the most results of a step per sequence */
export function subgroupTile({ batch }: Recurrence, way: Way, { subgroupSize: LANES }: Target, results: number) {
  // At least two workgroups, so that two cores have work.
  const ROWS = batch > 16 ? 16 : 8;
  const across = way.startsWith("whole") ? 1 : Math.ceil(results / 4 / LANES);
  return { tile: { ROWS, LANES }, grid: [Math.ceil(batch / ROWS) * LANES, across] as const };
}

function byWorkgroups(request: Request, tile: Constants & Tile): Dispatch[] {
  const grid = workgroupGrid(request.r, request.way, tile, tile.UNITS * (tile.EACH ?? 1));
  return launches(request, tile, grid, false);
}

/** @param units the units that a workgroup makes at a time */
export const workgroupGrid = ({ batch, hidden }: Recurrence, way: Way, { ROWS, THREADS }: Tile, units: number) =>
  [Math.ceil(batch / ROWS) * THREADS, way.startsWith("whole") ? 1 : Math.ceil(hidden / units)] as const;

interface Tile {
  readonly ROWS: number;
  readonly UNITS: number;
  readonly PARTS: number;
  readonly THREADS: number;
}

/**
 * How many sequences a workgroup takes, and how its invocations share units and the terms of their sums.
 * @param sums the sums that an invocation makes for each sequence
 */
export function workgroupTile({ batch, hidden }: Recurrence, way: Way, { cpu }: Target, sums: number): Tile {
  if (cpu) return { ROWS: Math.min(8, powerOfTwoFrom(batch)), UNITS: 8, PARTS: 1, THREADS: 8 };
  const whole = way === "whole";
  const UNITS = whole ? Math.min(256, Math.max(32, powerOfTwoFrom(hidden))) : 32;
  // In a launch per step, sequences of a workgroup share weights; over whole sequences it takes as few as keep a GPU busy.
  // Their sums may take half of the workgroup's memory.
  const most = Math.min(4, powerOfTwoUpTo(ON_CHIP / 2 / (sums * 256)));
  const ROWS = Math.min(most, powerOfTwoFrom(whole ? Math.ceil(batch / 64) : batch));
  return { ROWS, UNITS, PARTS: 256 / UNITS, THREADS: 256 };
}

/** One launch over all steps, or one for each. */
function launches(
  { kernel, buffers, r, steps, way }: Request,
  tile: Constants,
  grid: readonly [number, number],
  unrolled: boolean,
): Dispatch[] {
  const { batch, hidden } = r;
  const { GATES, SAVED } = CELLS[r.cell];
  const flopsOfStep = 2 * batch * GATES * hidden * hidden;
  const constants = { ...tile, SAVED };
  const launch = (start: number, count: number) =>
    kernel.dispatch({
      buffers,
      params: { ...sequenceParams(r), start, count },
      constants,
      unrolled,
      grid,
      flops: count * flopsOfStep,
    });
  return way.startsWith("whole") ? [launch(0, steps)] : Array.from({ length: steps }, (_, i) => launch(i, 1));
}
