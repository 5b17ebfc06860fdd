import argMax from "../../shaders/arg_max.wgsl";
import argMaxByFour from "../../shaders/arg_max_by_four.wgsl";
import argMaxJoin from "../../shaders/arg_max_join.wgsl";
import argMaxJoinTree from "../../shaders/arg_max_join_tree.wgsl";
import argMaxTree from "../../shaders/arg_max_tree.wgsl";
import argMaxTreeByFour from "../../shaders/arg_max_tree_by_four.wgsl";
import { computeType, type WordType } from "../core/dtype";
import { scratch, type Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import type { Target } from "../kernel/target";
import { lanesJoining, MANY_PARTS } from "./parts";
import { BUSY_GROUPS, busyInvocations, LARGE, partsOfFours, SHORT_ROW } from "./reductions";
import { byTree, inRounds, type RowParams, rowGroups } from "./rowwise";

/** The number of each dtype in shaders that compare elements by their bits. */
export const ELEMENTS: Record<WordType, number> = { f32: 0, i32: 1, u32: 2 };

/** The most parts of a row that one invocation joins. */
const MOST_PARTS = 64;

/** The launches that find the largest or smallest element of each row: two where rows are long and few. */
export function argMaxDispatches(
  x: Tensor,
  out: Tensor,
  { rows, n, inner }: RowParams,
  smallest: boolean,
  target: Target,
): Dispatch[] {
  const manyShort = n < SHORT_ROW && rows >= busyInvocations(target);
  if (inner === 1 && byTree(n, target) && !manyShort) return byWorkgroups(x, out, rows, n, smallest, target);
  const fours = inner === 1 ? n % 4 === 0 : inner % 4 === 0;
  if (fours && x.size >= LARGE) return byFour(x, out, { rows, n, inner }, smallest, target);
  // A CPU compares a few thousand numbers in less time than a second launch takes.
  const shortest = target.cpu ? 2048 : 64;
  const wanted = Math.min(busyInvocations(target) / rows, n / 16);
  const parts = n <= shortest ? 1 : Math.max(1, Math.min(MOST_PARTS, Math.floor(wanted)));
  const found = foundBy(parts, rows, out);
  const first = argMax.dispatch({
    buffers: { x, out: found },
    constants: comparing(x, smallest),
    params: { len: rows * parts, rows, n, inner, parts },
    dtype: x.dtype,
    flops: x.size,
    grid: rows * parts,
  });
  return [first, ...joined(found, out, rows, parts, target)];
}

const comparing = (x: Tensor, smallest: boolean) => ({
  SMALLEST: Number(smallest),
  ELEMENTS: ELEMENTS[computeType(x.dtype)],
});

/** Where a launch leaves its finds: pairs of a key and a place for parts of rows, places for whole rows. */
const foundBy = (parts: number, rows: number, out: Tensor): Tensor =>
  parts === 1 ? out : scratch({ shape: [rows, parts, 2], dtype: "u32" });

function joined(pairs: Tensor, out: Tensor, rows: number, parts: number, target: Target): Dispatch[] {
  if (parts === 1) return [];
  const shared = { buffers: { pairs, out }, params: { rows, parts } };
  if (target.cpu || parts <= MANY_PARTS) return [argMaxJoin.dispatch({ ...shared, grid: rows })];
  const LANES = lanesJoining(parts);
  return [argMaxJoinTree.dispatch({ ...shared, constants: { LANES }, grid: rowGroups(rows, LANES) })];
}

/** A workgroup for each row, or part of a row. */
function byWorkgroups(x: Tensor, out: Tensor, rows: number, n: number, smallest: boolean, target: Target): Dispatch[] {
  const isByFour = n % 4 === 0;
  const units = isByFour ? n / 4 : n;
  const LANES = units >= 1024 ? 256 : 64;
  const { span, parts } = inRounds(units, 4 * LANES, BUSY_GROUPS / 2 / rows);
  const found = foundBy(parts, rows, out);
  const first = (isByFour ? argMaxTreeByFour : argMaxTree).dispatch({
    buffers: { x, out: found },
    constants: { ...comparing(x, smallest), LANES },
    params: { len: rows * parts, n, parts, span },
    dtype: x.dtype,
    flops: x.size,
    grid: rowGroups(rows * parts, LANES),
  });
  return [first, ...joined(found, out, rows, parts, target)];
}

/** An invocation for each part of a row, which reads vec4s. */
function byFour(x: Tensor, out: Tensor, row: RowParams, smallest: boolean, target: Target): Dispatch[] {
  const COLUMNS = Number(row.inner > 1);
  // A CPU reads more of a line of its cache; all of it would take twice as long to compile.
  const WIDE = target.cpu && COLUMNS && row.inner % 8 === 0 ? 2 : 1;
  const { units, span, parts } = partsOfFours(row, WIDE, target);
  const found = foundBy(parts, row.rows, out);
  const first = argMaxByFour.dispatch({
    buffers: { x, out: found },
    constants: { ...comparing(x, smallest), COLUMNS, WIDE, PAIRS: Number(parts > 1) },
    params: { ...row, len: units * parts, parts, span },
    dtype: x.dtype,
    flops: x.size,
    grid: units * parts,
  });
  return [first, ...joined(found, out, row.rows, parts, target)];
}
