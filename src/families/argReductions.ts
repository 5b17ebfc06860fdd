import argMax from "../../shaders/arg_max.wgsl";
import argMaxByFour from "../../shaders/arg_max_by_four.wgsl";
import argMaxJoin from "../../shaders/arg_max_join.wgsl";
import argMaxTree from "../../shaders/arg_max_tree.wgsl";
import { computeType, type WordType } from "../core/dtype";
import { scratch, type Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import type { Target } from "../kernel/target";
import { busyInvocations, LARGE, PAGES } from "./reductions";
import { byTree, type RowParams, rowGroups } from "./rowwise";

/** The number of a dtype in shaders that compare elements by their bits. */
export const ELEMENTS: Record<WordType, number> = { f32: 0, i32: 1, u32: 2 };

/** Parts of a row that one invocation joins. */
const MOST_PARTS = 64;

const LANES = 256;

/** The launches that find the largest or smallest element of each row: two where rows are long and few. */
export function argMaxDispatches(
  x: Tensor,
  out: Tensor,
  { rows, n, inner }: RowParams,
  smallest: boolean,
  target: Target,
): Dispatch[] {
  const tree = inner === 1 && byTree(n, target);
  const fours = inner === 1 ? n % 4 === 0 : inner % 4 === 0;
  if (!tree && fours && x.size >= LARGE) return byFour(x, out, { rows, n, inner }, smallest, target);
  // A CPU compares a few thousand numbers in less time than a second launch takes.
  const shortest = tree ? 16 * LANES : target.cpu ? 2048 : 64;
  const wanted = tree ? Math.min(512 / rows, n / (8 * LANES)) : Math.min(busyInvocations(target) / rows, n / 16);
  const parts = n <= shortest ? 1 : Math.max(1, Math.min(MOST_PARTS, Math.floor(wanted)));
  const found = parts === 1 ? out : scratch({ shape: [rows, parts, 2], dtype: "u32" });
  const lanes = n >= LANES ? LANES : 64;
  const shared = { buffers: { x, out: found }, dtype: x.dtype, flops: x.size };
  const constants = { SMALLEST: Number(smallest), ELEMENTS: ELEMENTS[computeType(x.dtype)] };
  const len = rows * parts;
  const first = tree
    ? argMaxTree.dispatch({
        ...shared,
        constants: { ...constants, LANES: lanes },
        params: { len, n, parts },
        grid: rowGroups(len, lanes),
      })
    : argMax.dispatch({ ...shared, constants, params: { len, rows, n, inner, parts }, grid: len });
  if (parts === 1) return [first];
  return [first, argMaxJoin.dispatch({ buffers: { pairs: found, out }, params: { rows, parts }, grid: rows })];
}

/** Four neighbours at a time, in parts of neighbours. */
function byFour(x: Tensor, out: Tensor, { rows, n, inner }: RowParams, smallest: boolean, target: Target): Dispatch[] {
  const COLUMNS = Number(inner > 1);
  // A CPU reads more of a line of its cache; all of it would take twice as long to compile.
  const WIDE = target.cpu && COLUMNS && inner % 8 === 0 ? 2 : 1;
  const [units, length] = COLUMNS ? [rows / 4 / WIDE, n] : [rows, n / 4];
  // Columns are read a page of a CPU's memory a row.
  const byPages = target.cpu && COLUMNS ? n / PAGES : 0;
  const wanted = Math.max(byPages, Math.min(busyInvocations(target) / units, length / (target.cpu ? 256 : 16)));
  const span = Math.ceil(length / Math.max(1, Math.min(Math.floor(wanted), rows < MOST_PARTS ? 512 : MOST_PARTS)));
  const parts = Math.ceil(length / span);
  const PAIRS = Number(parts > 1);
  const found = PAIRS ? scratch({ shape: [rows, parts, 2], dtype: "u32" }) : out;
  const first = argMaxByFour.dispatch({
    buffers: { x, out: found },
    constants: { SMALLEST: Number(smallest), ELEMENTS: ELEMENTS[computeType(x.dtype)], COLUMNS, WIDE, PAIRS },
    params: { len: units * parts, rows, n, inner, parts, span },
    dtype: x.dtype,
    flops: x.size,
    grid: units * parts,
  });
  return parts === 1
    ? [first]
    : [first, argMaxJoin.dispatch({ buffers: { pairs: found, out }, params: { rows, parts }, grid: rows })];
}
