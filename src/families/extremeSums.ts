import byFour from "../../shaders/extreme_sums_by_four.wgsl";
import joinKernel from "../../shaders/extreme_sums_join.wgsl";
import treeKernel from "../../shaders/extreme_sums_tree.wgsl";
import type { ReductionDims } from "../graph/reduction";
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

/** What is summed beside the extreme m, with its number in the shaders: eˣ⁻ᵐ beside a maximum, or 1 for each that is it. */
const KINDS = { powers: 0, max: 1, min: 2 } as const;

/** The bits of −∞ and of a number near the least finite one. */
const LEAST = 0xff800000;
const LEAST_FINITE = 0xff7fc99e;

/** A reduction as rows along one axis, where it is one and the kernels know it; else null. */
export function extremeRows(dims: ReductionDims | null): RowParams | null {
  if (!dims || (dims.k1 > 1 && dims.r1 > 1)) return null;
  const { k0, r0, k1, r1 } = dims;
  const row = k1 === 1 ? { rows: k0, n: r0 * r1, inner: 1 } : { rows: k0 * k1, n: r0, inner: k1 };
  return (row.inner === 1 ? row.n : row.inner) % 4 === 0 ? row : null;
}

/** How rows are dealt out. */
interface Split {
  /** Whether a part is a workgroup's, rather than that of an invocation which reads four elements at a time. */
  readonly tree: boolean;
  /** Of each row, or of each four columns. */
  readonly parts: number;
  /** Elements of a part, or fours of them along a row. */
  readonly span: number;
  /** Parts of all rows. */
  readonly len: number;
}

function splitOf({ rows, n, inner }: RowParams, target: Target): Split {
  const tree = inner === 1 && byTree(n, target);
  const columns = inner > 1;
  const [units, length] = tree ? [rows, n] : columns ? [rows / 4, n] : [rows, n / 4];
  const busy = tree ? 512 : busyInvocations(target);
  // Columns are read a page of a CPU's memory a row.
  const byPages = target.cpu && columns ? n / PAGES : 0;
  const shortest = tree ? TREE_SPAN : target.cpu ? 256 : 16;
  const wanted = Math.max(byPages, Math.min(busy / units, length / shortest));
  const most = rows < MOST_PARTS ? 512 : MOST_PARTS;
  const span = Math.ceil(length / Math.max(1, Math.min(Math.floor(wanted), most)));
  const parts = Math.ceil(length / span);
  return { tree, parts, span, len: units * parts };
}

/** The launches that find the extreme of each row and the sum beside it. */
export function extremeSumDispatches(
  x: Tensor,
  [extreme, total]: readonly [Tensor, Tensor],
  row: RowParams,
  kind: keyof typeof KINDS,
  target: Target,
): Dispatch[] {
  const { rows, n, inner } = row;
  const { tree, parts, span, len } = splitOf(row, target);
  const partial = scratch({ shape: [rows, parts, 2], dtype: "f32" });
  const KIND = KINDS[kind];
  const least = kind === "powers" ? LEAST_FINITE : LEAST;
  const shared = { buffers: { x, partial }, flops: 8 * x.size };
  const dealt = { len, parts, span, least };
  const first = tree
    ? treeKernel.dispatch({ ...shared, params: { ...dealt, n }, constants: { KIND }, grid: rowGroups(len, LANES) })
    : byFour.dispatch({
        ...shared,
        params: { ...row, ...dealt },
        constants: { KIND, COLUMNS: Number(inner > 1) },
        grid: len,
      });
  const join = {
    buffers: { partial, extreme, total },
    params: { rows, parts, least: LEAST },
    constants: { KIND },
    grid: rows,
  };
  return [first, joinKernel.dispatch(join)];
}
