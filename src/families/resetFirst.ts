import resetFirst from "../../shaders/recurrence_reset_first.wgsl";
import resetFirstGrad from "../../shaders/recurrence_reset_first_grad.wgsl";
import type { Dispatch } from "../kernel/kernel";
import type { Target } from "../kernel/target";
import { chosenWay } from "../kernel/ways";
import {
  type ForwardTensors,
  type GradTensors,
  packedWeights,
  type Recurrence,
  recurrenceWays,
  start,
  strides,
  type Way,
  workgroupTile,
} from "./recurrence";

/** Both products of a step in one launch, or a launch each: bits of the kernels' `phases`. */
const FORWARD = [1, 2];
const BACKWARD = [2, 4];
const BEGIN = 1;

/** The launches of a GRU whose reset gate scales the state before its product. */
export function resetFirstDispatches(t: ForwardTensors, r: Recurrence, target: Target): Dispatch[] {
  const way = chosenWay(target, recurrenceWays(r, false, target));
  const packed = !target.cpu && r.hidden > 1;
  const { w, dispatches } = packed ? packedWeights(t.w, r) : { w: t.w, dispatches: [] };
  const { constants, grid } = shared(t.lengths !== undefined, r, way, target, 2);
  const given = { lengths: t.lengths ?? t.w };
  const buffers = { x: t.x, w, out: t.out, states: t.states, saved: t.saved, final_states: t.final, ...given };
  const launch = (range: Range) =>
    resetFirst.dispatch({
      buffers,
      params: params(r, range),
      constants: { ...constants, PACKED: Number(packed) },
      grid,
      flops: flopsOf(r, range, 3),
    });
  return [start(t, r), ...dispatches, ...ranges(r, way, FORWARD, 0).map(launch)];
}

/** The launches of its gradient. */
export function resetFirstGradDispatches(t: GradTensors, r: Recurrence, target: Target): Dispatch[] {
  const way = chosenWay(target, recurrenceWays(r, true, target));
  const { constants, grid } = shared(t.lengths !== undefined, r, way, target, 1);
  const { w, saved, dGates: d_gates, dInitial: d_initial } = t;
  const given = { d_out: t.dOut ?? w, d_final: t.dFinal ?? w, lengths: t.lengths ?? w };
  const flags = { D_OUT: Number(t.dOut !== undefined), D_FINAL: Number(t.dFinal !== undefined) };
  return ranges(r, way, BACKWARD, BEGIN).map((range) =>
    resetFirstGrad.dispatch({
      buffers: { w, saved, d_gates, d_initial, ...given },
      params: params(r, range),
      constants: { ...constants, ...flags },
      grid,
      flops: flopsOf(r, range, 3),
    }),
  );
}

interface Range {
  readonly start: number;
  readonly count: number;
  readonly phases: number;
}

/** One launch for all, or one for each phase of each step. @param begin what comes before the first step, by itself */
function ranges({ steps }: Recurrence, way: Way, phases: readonly number[], begin: number): Range[] {
  if (way === "whole") return [{ start: 0, count: steps, phases: phases.reduce((a, b) => a + b, begin) }];
  const single = Array.from({ length: steps }, (_, start) =>
    phases.map((p) => ({ start, count: 1, phases: p })),
  ).flat();
  return begin ? [{ start: 0, count: 0, phases: begin }, ...single] : single;
}

const params = (r: Recurrence, range: Range) => ({
  ...{ steps: r.steps, batch: r.batch, hidden: r.hidden, reverse: Number(r.reverse) },
  ...strides(r),
  ...range,
});

const flopsOf = ({ batch, hidden }: Recurrence, { count }: Range, gates: number) =>
  2 * count * batch * gates * hidden ** 2;

function shared(lengths: boolean, r: Recurrence, way: Way, target: Target, sums: number) {
  const tile = workgroupTile(r, way, target, sums);
  const unitGroups = way === "whole" ? 1 : Math.ceil(r.hidden / tile.UNITS);
  return {
    constants: { ...tile, PARTIAL_SIZE: tile.ROWS * tile.THREADS, LENGTHS: Number(lengths) },
    grid: [Math.ceil(r.batch / tile.ROWS) * tile.THREADS, unitGroups] as const,
  };
}
