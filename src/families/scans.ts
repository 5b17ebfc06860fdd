import gradKernel from "../../shaders/cumprod_grad.wgsl";
import gradJoin from "../../shaders/cumprod_grad_join.wgsl";
import gradSubgroup from "../../shaders/cumprod_grad_subgroup.wgsl";
import gradTree from "../../shaders/cumprod_grad_tree.wgsl";
import scan from "../../shaders/scan.wgsl";
import scanColumns from "../../shaders/scan_columns.wgsl";
import scanSubgroup from "../../shaders/scan_subgroup.wgsl";
import scanTree from "../../shaders/scan_tree.wgsl";
import { powerOfTwoUpTo } from "../core/powerOfTwo";
import { scratch, type Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import type { Target } from "../kernel/target";
import { busyInvocations, LARGE, reduceDispatches } from "./reductions";
import { bySubgroup, byTree, type RowParams, rowGroups } from "./rowwise";

/** How elements are joined, with its number in the shaders. */
const KINDS = { sum: 0, prod: 1 } as const;

export interface Scanning {
  readonly kind: keyof typeof KINDS;
  /** Runs from the end of the axis to its start. */
  readonly reverse: boolean;
}

/** Lanes of a workgroup that scans, and the elements that it takes at a time. */
const LANES = 256;
const TREE_SPAN = 4 * LANES;

/** Rows from which on one subgroup per row keeps a CPU busy. */
const FEW_ROWS = 8;

/** The most parts of a row that one invocation joins. */
const MOST_PARTS = 64;

/**
 * The launches that replace each element by the sum or product of those up to it: one where rows are short or many; else three,
 * which make the totals of parts, scan these, and scan each part from the total before it.
 */
export function scanDispatches(x: Tensor, out: Tensor, row: RowParams, how: Scanning, target: Target): Dispatch[] {
  const { rows } = row;
  if (x.size >= LARGE && row.inner % 4 === 0) return columnDispatches(x, out, row, how, target);
  const lanes = subgroupDispatches(x, out, row, how, target);
  if (lanes) return lanes;
  const tree = row.inner === 1 && byTree(row.n, target);
  const span = tree ? TREE_SPAN : spanOf(row, target);
  const parts = Math.ceil(row.n / span);
  const launch = (to: Tensor, carried: Tensor | null, TOTALS: 0 | 1) => {
    const shared = {
      buffers: { x, carried: carried ?? x, out: to },
      constants: { ...constantsOf(how, carried), TOTALS },
      dtype: x.dtype,
      flops: x.size,
    };
    const len = rows * parts;
    if (tree) return scanTree.dispatch({ ...shared, params: { len, n: row.n, parts }, grid: rowGroups(len, LANES) });
    return scan.dispatch({ ...shared, params: { ...row, len, parts, span }, grid: len });
  };
  if (parts === 1) return [launch(out, null, 0)];
  const totals = scratch({ shape: [rows, parts], dtype: x.dtype });
  const carried = scratch({ shape: [rows, parts], dtype: x.dtype });
  const ofTotals = { rows, n: parts, inner: 1 };
  return [
    launch(totals, null, 1),
    ...scanDispatches(totals, carried, ofTotals, { ...how, reverse: false }, target),
    launch(out, carried, 0),
  ];
}

const constantsOf = ({ kind, reverse }: Scanning, carried: Tensor | null) => ({
  KIND: KINDS[kind],
  REVERSE: Number(reverse),
  CARRY: Number(carried !== null),
});

/** The launches by subgroups, where these pay: one per row, or per part of few long rows, whose totals are a reduction. */
function subgroupDispatches(x: Tensor, out: Tensor, { rows, n, inner }: RowParams, how: Scanning, target: Target) {
  if (inner > 1 || !bySubgroup(rows, n, target)) return null;
  let parts = powerOfTwoUpTo(busyInvocations(target) / 8 / rows);
  while (parts > 1 && (n % (4 * parts) !== 0 || n / parts < LARGE)) parts /= 2;
  const { grid, lanes, params } = bySubgroup(rows * parts, n / parts, target)!;
  const launch = (carried: Tensor | null) =>
    scanSubgroup.dispatch({
      buffers: { x, carried: carried ?? x, out },
      constants: { ...constantsOf(how, carried), ...lanes },
      params: { len: rows * parts, quads: n / 4, parts, span: params.quads, each: params.each },
      dtype: x.dtype,
      flops: 2 * x.size,
      grid,
    });
  if (parts === 1) return [launch(null)];
  const [totals, carried] = [0, 1].map(() => scratch({ shape: [rows, parts], dtype: x.dtype })) as [Tensor, Tensor];
  const each = { k0: 1, r0: 1, k1: rows * parts, r1: n / parts };
  return [
    ...reduceDispatches(x, totals, each, target, { kinds: [how.kind] }),
    ...scanDispatches(totals, carried, { rows, n: parts, inner: 1 }, how, target),
    launch(carried),
  ];
}

/** The launch in which an invocation takes four columns. */
function columnDispatches(x: Tensor, out: Tensor, row: RowParams, how: Scanning, target: Target): Dispatch[] {
  const fours = { rows: row.rows / 4, n: row.n, inner: row.inner / 4 };
  // A CPU reads whole lines of its cache, and its few lanes are busy with few columns.
  const [WIDE, lanes] = target.cpu ? [fours.inner % 4 === 0 ? 4 : 1, 8] : [1, 64];
  const units = fours.rows / WIDE;
  const span = target.cpu && units >= 4 * lanes ? row.n : spanOf({ ...fours, rows: units }, target);
  const parts = Math.ceil(row.n / span);
  const launch = (to: Tensor, carried: Tensor | null, TOTALS: 0 | 1) =>
    scanColumns.dispatch({
      buffers: { x, carried: carried ?? x, out: to },
      constants: { ...constantsOf(how, carried), TOTALS, WIDE, LANES: lanes },
      params: { ...fours, len: units * parts, parts, span },
      dtype: x.dtype,
      flops: x.size,
      grid: rowGroups(Math.ceil((units * parts) / lanes), lanes),
    });
  if (parts === 1) return [launch(out, null, 0)];
  const [totals, carried] = [0, 1].map(() => scratch({ shape: [parts, row.rows], dtype: x.dtype })) as [Tensor, Tensor];
  const ofTotals = { rows: row.rows, n: parts, inner: row.rows };
  return [
    launch(totals, null, 1),
    ...scanDispatches(totals, carried, ofTotals, { ...how, reverse: false }, target),
    launch(out, carried, 0),
  ];
}

/** The launches of the gradient of a scan of products: a scan of the steps s → d + f · s, see {@link scanDispatches}. */
export function cumprodGradDispatches(
  { x, out, d_out }: { readonly x: Tensor; readonly out: Tensor; readonly d_out: Tensor },
  dx: Tensor,
  row: RowParams,
  reverse: boolean,
  target: Target,
): Dispatch[] {
  const { rows, n, inner } = row;
  const constants = { REVERSE: Number(reverse) };
  const shared = { flops: 4 * x.size };
  const bySubgroups = inner === 1 && rows >= FEW_ROWS && bySubgroup(rows, n, target);
  if (bySubgroups) {
    const { params, lanes, grid } = bySubgroups;
    const buffers = { x, out, d_out, dx };
    return [gradSubgroup.dispatch({ ...shared, buffers, params, constants: { ...constants, ...lanes }, grid })];
  }
  const tree = inner === 1 && byTree(n, target);
  const wanted = tree ? n / TREE_SPAN : n / spanOf(row, target);
  const span = Math.ceil(n / Math.max(1, Math.min(Math.floor(wanted), MOST_PARTS)));
  const parts = Math.ceil(n / span);
  const len = rows * parts;
  const launch = (to: Tensor, carried: Tensor | null, TOTALS: 0 | 1) => {
    const request = {
      ...shared,
      buffers: { x, out, d_out, carried: carried ?? x, dx: to },
      constants: { ...constants, TOTALS, CARRY: Number(carried !== null) },
    };
    if (tree) return gradTree.dispatch({ ...request, params: { len, n, parts, span }, grid: rowGroups(len) });
    return gradKernel.dispatch({ ...request, params: { ...row, len, parts, span }, grid: len });
  };
  if (parts === 1) return [launch(dx, null, 0)];
  const totals = scratch({ shape: [rows, parts, 2], dtype: "f32" });
  const carried = scratch({ shape: [rows, parts], dtype: "f32" });
  const join = gradJoin.dispatch({ buffers: { totals, carried }, params: { rows, parts }, grid: rows });
  return [launch(totals, null, 1), join, launch(dx, carried, 0)];
}

/** Elements of a row that one invocation takes: the whole row where rows keep the device busy or are short. */
function spanOf({ rows, n }: RowParams, target: Target): number {
  if (n <= (target.cpu ? 1024 : 64)) return n;
  const parts = Math.min(busyInvocations(target) / rows, n / (target.cpu ? 256 : 32));
  return parts < 2 ? n : Math.ceil(n / Math.floor(parts));
}
