import byFour from "../../shaders/extreme_sums_by_four.wgsl";
import joinKernel from "../../shaders/extreme_sums_join.wgsl";
import joinTree from "../../shaders/extreme_sums_join_tree.wgsl";
import treeKernel from "../../shaders/extreme_sums_tree.wgsl";
import type { ReductionDims } from "../graph/reduction";
import { scratch, type Tensor, unused } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import type { Target } from "../kernel/target";
import { lanesJoining, MANY_PARTS } from "./parts";
import { BUSY_GROUPS, busyInvocations, partsOfFours, SHORT_ROW } from "./reductions";
import { byTree, inRounds, type RowParams, rowGroups } from "./rowwise";

/** What is summed beside the extreme m, with its number in the shaders: eˣ⁻ᵐ for a maximum, or 1 for each x equal to m. */
const KINDS = { powers: 0, max: 1, min: 2 } as const;

/** The bits of −∞ and of a number near the least finite one. */
const LEAST = 0xff800000;
const LEAST_FINITE = 0xff7fc99e;

/** The reduction as rows along one axis; null where it is not that, or no kernel fits. */
export function extremeRows(dims: ReductionDims | null): RowParams | null {
  if (!dims || (dims.k1 > 1 && dims.r1 > 1)) return null;
  const { k0, r0, k1, r1 } = dims;
  const row = k1 === 1 ? { rows: k0, n: r0 * r1, inner: 1 } : { rows: k0 * k1, n: r0, inner: k1 };
  return (row.inner === 1 ? row.n : row.inner) % 4 === 0 ? row : null;
}

type Outs = readonly [extreme: Tensor, total: Tensor];

/** The launches that find the extreme of each row and the sum beside it. */
export function extremeSumDispatches(
  x: Tensor,
  outs: Outs,
  row: RowParams,
  kind: keyof typeof KINDS,
  target: Target,
): Dispatch[] {
  const { rows, n, inner } = row;
  const manyShort = n < SHORT_ROW && rows >= busyInvocations(target);
  if (inner === 1 && byTree(n, target) && !manyShort) return byWorkgroups(x, outs, rows, n, kind);
  const { units, span, parts } = partsOfFours(row, 1, target);
  const partial = scratch({ shape: [rows, parts, 2], dtype: "f32" });
  const first = byFour.dispatch({
    buffers: { x, partial },
    params: { ...row, len: units * parts, parts, span, least: leastOf(kind) },
    constants: { KIND: KINDS[kind], COLUMNS: Number(inner > 1) },
    grid: units * parts,
    flops: 8 * x.size,
  });
  return [first, joined(partial, outs, rows, parts, kind, target.cpu)];
}

const leastOf = (kind: keyof typeof KINDS) => (kind === "powers" ? LEAST_FINITE : LEAST);

/** A workgroup for each row, or part of a row. */
function byWorkgroups(x: Tensor, outs: Outs, rows: number, n: number, kind: keyof typeof KINDS): Dispatch[] {
  const LANES = n >= 4096 ? 256 : 64;
  const { span, parts } = inRounds(n / 4, 4 * LANES, BUSY_GROUPS / 2 / rows);
  const WHOLE = Number(parts === 1);
  const partial = scratch({ shape: WHOLE ? [4] : [rows, parts, 2], dtype: "f32" });
  const [extreme, total] = WHOLE ? outs : [0, 0].map(() => unused());
  const first = treeKernel.dispatch({
    buffers: { x, partial, extreme: extreme!, total: total! },
    params: { len: rows * parts, n, parts, span, least: leastOf(kind), none: LEAST },
    constants: { KIND: KINDS[kind], LANES, WHOLE },
    grid: rowGroups(rows * parts, LANES),
    flops: 8 * x.size,
  });
  return WHOLE ? [first] : [first, joined(partial, outs, rows, parts, kind, false)];
}

function joined(
  partial: Tensor,
  [extreme, total]: Outs,
  rows: number,
  parts: number,
  kind: keyof typeof KINDS,
  cpu: boolean,
): Dispatch {
  const buffers = { partial, extreme, total };
  const KIND = KINDS[kind];
  if (cpu || parts <= MANY_PARTS)
    return joinKernel.dispatch({ buffers, params: { rows, parts, none: LEAST }, constants: { KIND }, grid: rows });
  const LANES = lanesJoining(parts);
  const constants = { KIND, LANES };
  return joinTree.dispatch({ buffers, params: { rows, parts, none: LEAST }, constants, grid: rowGroups(rows, LANES) });
}
