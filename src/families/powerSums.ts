import byFour from "../../shaders/power_sums_by_four.wgsl";
import joinKernel from "../../shaders/power_sums_join.wgsl";
import treeKernel from "../../shaders/power_sums_tree.wgsl";
import { scratch, type Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import type { Target } from "../kernel/target";
import { busyInvocations, PAGES } from "./reductions";
import { byTree, type RowParams, rowGroups } from "./rowwise";

/** Parts of a row that one invocation joins, where rows are many. */
const MOST_PARTS = 64;

/** Elements of a row that a workgroup takes at least. */
const TREE_SPAN = 2048;

const LANES = 64;

/** The bits of −∞. */
const LEAST = 0xff800000;

/** Whether the kernels know rows of this kind: whole vec4s along the axis, or across it. */
export const hasPowerSums = ({ n, inner }: RowParams): boolean => (inner === 1 ? n : inner) % 4 === 0;

/** The launches that find the maximum m of each row and Σ eˣ⁻ᵐ. */
export function powerSumDispatches(
  x: Tensor,
  [largest, total]: readonly [Tensor, Tensor],
  row: RowParams,
  target: Target,
): Dispatch[] {
  const { rows, n, inner } = row;
  const tree = inner === 1 && byTree(n, target);
  const COLUMNS = Number(inner > 1);
  const [units, length] = tree ? [rows, n] : COLUMNS ? [rows / 4, n] : [rows, n / 4];
  const busy = tree ? 512 : busyInvocations(target);
  // Columns are read a page of a CPU's memory a row.
  const byPages = target.cpu && COLUMNS ? n / PAGES : 0;
  const shortest = tree ? TREE_SPAN : target.cpu ? 256 : 16;
  const wanted = Math.max(byPages, Math.min(busy / units, length / shortest));
  const most = rows < MOST_PARTS ? 512 : MOST_PARTS;
  const span = Math.ceil(length / Math.max(1, Math.min(Math.floor(wanted), most)));
  const parts = Math.ceil(length / span);
  const len = units * parts;
  const partial = scratch({ shape: [rows, parts, 2], dtype: "f32" });
  const shared = { buffers: { x, partial }, flops: 8 * x.size };
  const first = tree
    ? treeKernel.dispatch({ ...shared, params: { len, n, parts, span }, grid: rowGroups(len, LANES) })
    : byFour.dispatch({ ...shared, params: { ...row, len, parts, span }, constants: { COLUMNS }, grid: len });
  const join = { buffers: { partial, largest, total }, params: { rows, parts, least: LEAST }, grid: rows };
  return [first, joinKernel.dispatch(join)];
}
