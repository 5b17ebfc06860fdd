import scan from "../../shaders/scan.wgsl";
import scanTree from "../../shaders/scan_tree.wgsl";
import { scratch, type Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import type { Target } from "../kernel/target";
import { busyInvocations } from "./reductions";
import { byTree, type RowParams, rowGroups } from "./rowwise";

/** How elements are joined, with its number in the shaders. */
const KINDS = { sum: 0, prod: 1 } as const;

export interface Scanning {
  readonly kind: keyof typeof KINDS;
  /** From the end of the axis. */
  readonly reverse: boolean;
}

/** Lanes of a workgroup that scans, and the elements that it takes. */
const LANES = 256;
const TREE_SPAN = 4 * LANES;

/**
 * The launches that replace each element by the sum or product of those up to it: one where rows are short or many, else
 * the totals of parts, their scan, and the parts with what comes before each.
 */
export function scanDispatches(x: Tensor, out: Tensor, row: RowParams, how: Scanning, target: Target): Dispatch[] {
  const { rows } = row;
  const tree = row.inner === 1 && byTree(row.n, target);
  const span = tree ? TREE_SPAN : spanOf(row, target);
  const parts = Math.ceil(row.n / span);
  const launch = (to: Tensor, carried: Tensor | null, TOTALS: 0 | 1) => {
    const shared = {
      buffers: { x, carried: carried ?? x, out: to },
      constants: { KIND: KINDS[how.kind], REVERSE: Number(how.reverse), TOTALS, CARRY: Number(carried !== null) },
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

/** Elements of a row that one invocation takes: all, where rows keep the device busy or are short. */
function spanOf({ rows, n }: RowParams, target: Target): number {
  if (n <= (target.cpu ? 1024 : 64)) return n;
  const parts = Math.min(busyInvocations(target) / rows, n / (target.cpu ? 256 : 32));
  return parts < 2 ? n : Math.ceil(n / Math.floor(parts));
}
