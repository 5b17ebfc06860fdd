import packKernel from "../../shaders/recurrence_pack.wgsl";
import resetFirst from "../../shaders/recurrence_reset_first.wgsl";
import resetFirstGrad from "../../shaders/recurrence_reset_first_grad.wgsl";
import gradSubgroup from "../../shaders/recurrence_reset_first_grad_subgroup.wgsl";
import resetFirstSubgroup from "../../shaders/recurrence_reset_first_subgroup.wgsl";
import { scratch, type Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import type { Target } from "../kernel/target";
import { chosenWay } from "../kernel/ways";
import { CELLS, type Recurrence, sequenceParams, type Way } from "./cells";
import {
  type ForwardTensors,
  type GradTensors,
  recurrenceWays,
  start,
  subgroupTile,
  workgroupGrid,
  workgroupTile,
} from "./recurrence";

/** Bits of the kernels' `phases`: both products of a step in one launch, or one launch for each. */
const FORWARD = [1, 2];
const BACKWARD = [2, 4];
const BEGIN = 1;

/** The launches of a GRU whose reset gate scales the state before its product. */
export function resetFirstDispatches(t: ForwardTensors, r: Recurrence, target: Target): Dispatch[] {
  const way = chosenWay(target, recurrenceWays(r, false, target));
  const bySubgroup = way.endsWith("subgroup");
  const packed = !bySubgroup && !target.cpu && r.hidden > 1;
  const { w, dispatches } = packed ? packedWeights(t.w, r) : { w: t.w, dispatches: [] };
  const lengths = t.lengths ?? t.w;
  const buffers = { x: t.x, w, out: t.out, states: t.states, saved: t.saved, final_states: t.final, lengths };
  const LENGTHS = Number(t.lengths !== undefined);
  const launch = (range: Range) => {
    const request = { buffers, params: params(r, range), flops: flopsOf(r, range) };
    if (bySubgroup) return resetFirstSubgroup.dispatch({ ...request, ...subgroups(r, way, target, { LENGTHS }, 2) });
    const { constants, grid } = workgroups(r, way, target, 2);
    return resetFirst.dispatch({ ...request, constants: { ...constants, LENGTHS, PACKED: Number(packed) }, grid });
  };
  return [start(t, r), ...dispatches, ...ranges(r, way, FORWARD, 0).map(launch)];
}

/** The launches of its gradient. */
export function resetFirstGradDispatches(t: GradTensors, r: Recurrence, target: Target): Dispatch[] {
  const way = chosenWay(target, recurrenceWays(r, true, target));
  const { w, saved, dGates: d_gates, dInitial: d_initial } = t;
  const given = { d_out: t.dOut ?? w, d_final: t.dFinal ?? w, lengths: t.lengths ?? w };
  const LENGTHS = Number(t.lengths !== undefined);
  const flags = { LENGTHS, D_OUT: Number(t.dOut !== undefined), D_FINAL: Number(t.dFinal !== undefined) };
  const buffers = { w, saved, d_gates, d_initial, ...given };
  return ranges(r, way, BACKWARD, BEGIN).map((range) => {
    const request = { buffers, params: params(r, range), flops: flopsOf(r, range) };
    if (way.endsWith("subgroup")) return gradSubgroup.dispatch({ ...request, ...subgroups(r, way, target, flags, 1) });
    const { constants, grid } = workgroups(r, way, target, 1);
    return resetFirstGrad.dispatch({ ...request, constants: { ...constants, ...flags }, grid });
  });
}

/** The weights as kernels on GPUs read them, and the launch that rearranges them. */
function packedWeights(given: Tensor, { cell, hidden }: Recurrence): { w: Tensor; dispatches: Dispatch[] } {
  const n = CELLS[cell].GATES * hidden;
  const w = scratch({ shape: [hidden, n], dtype: "f32" });
  const params = { len: w.size, n, hidden };
  return { w, dispatches: [packKernel.dispatch({ buffers: { w: given, out: w }, params, grid: w.size })] };
}

interface Range {
  readonly start: number;
  readonly count: number;
  readonly phases: number;
}

/** One launch for everything, or one for each phase of each step. @param begin the launch before the first step */
function ranges({ steps }: Recurrence, way: Way, phases: readonly number[], begin: number): Range[] {
  if (way.startsWith("whole")) return [{ start: 0, count: steps, phases: phases.reduce((a, b) => a + b, begin) }];
  const single = Array.from({ length: steps }, (_, start) =>
    phases.map((p) => ({ start, count: 1, phases: p })),
  ).flat();
  return begin ? [{ start: 0, count: 0, phases: begin }, ...single] : single;
}

const params = (r: Recurrence, range: Range) => ({ ...sequenceParams(r), ...range });

const flopsOf = ({ batch, hidden }: Recurrence, { count }: Range) => 2 * count * batch * 3 * hidden ** 2;

/** The launch of the kernels by subgroups. @param gates the most results of a product per unit */
function subgroups<F>(r: Recurrence, way: Way, target: Target, flags: F, gates: number) {
  const { tile, grid } = subgroupTile(r, way, target, gates * r.hidden);
  return { constants: { ...flags, ...tile }, unrolled: target.unrolled, grid };
}

/** The launch of the others. @param sums the sums that an invocation makes for each sequence */
function workgroups(r: Recurrence, way: Way, target: Target, sums: number) {
  const tile = workgroupTile(r, way, target, sums);
  return {
    constants: { ...tile, PARTIAL_SIZE: tile.ROWS * tile.THREADS },
    grid: workgroupGrid(r, way, tile, tile.UNITS),
  };
}
