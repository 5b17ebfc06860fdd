import sortMerge from "../../shaders/sort_merge.wgsl";
import sortParts from "../../shaders/sort_parts.wgsl";
import sortRuns from "../../shaders/sort_runs.wgsl";
import { computeType } from "../core/dtype";
import { scratch, type Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import type { Target } from "../kernel/target";
import { ELEMENTS } from "./argReductions";
import { type RowParams, rowGroups } from "./rowwise";

/** The most pairs that fit into the workgroup memory which every device grants. */
const LARGEST_PART = 2048;

/** Elements that one invocation sorts by itself. */
const RUN = 16;

/** What is to be sorted: the elements of x at first, then rows of pairs of key and place, made of sorted runs. */
interface Stage {
  /** Null while elements are not yet sorted. */
  readonly pairs: Tensor | null;
  /** Elements of a row. */
  readonly n: number;
  /** Length of the sorted runs; the last one of a row may be shorter. */
  readonly run: number;
}

interface Ordering {
  readonly x: Tensor;
  readonly out: Tensor;
  readonly row: RowParams;
  /** How many of the first elements of each row are wanted. */
  readonly keep: number;
  readonly descending: boolean;
  readonly target: Target;
}

/**
 * The launches that write the places of the first `keep` elements of each row, in order, to `out`.
 *
 * Short runs are sorted by one invocation each, parts of up to 2048 elements in workgroup memory where there are many lanes. One
 * launch does where a row is one run; else no run keeps more than `keep`, and runs are merged in pairs, or sorted by parts
 * again as long as that leaves a quarter or less.
 */
export function orderDispatches(o: Ordering): Dispatch[] {
  const { row, keep, target } = o;
  const launches: Dispatch[] = [];
  const add = ({ dispatch, next }: { dispatch: Dispatch; next: Stage }): Stage => {
    launches.push(dispatch);
    return next;
  };
  const inParts = !target.cpu && row.n > RUN;
  let stage = add((inParts ? partsOf : runsOf)(o, { pairs: null, n: row.n, run: 1 }));
  while (stage.n > stage.run) stage = add((inParts && 4 * keep <= LARGEST_PART ? partsOf : mergeOf)(o, stage));
  return launches;
}

/** Where runs of `length` end up: as places in the result where a row is one of them, else as pairs. */
function ending({ row, keep, out }: Ordering, n: number, length: number) {
  const runs = Math.ceil(n / length);
  const kept = Math.min(keep, length);
  const m = (runs - 1) * kept + Math.min(kept, n - (runs - 1) * length);
  const last = runs === 1;
  const to = last ? out : scratch({ shape: [row.rows, m, 2], dtype: "u32" });
  return { runs, kept, m, to, LAST: Number(last), next: { pairs: to, n: m, run: kept } };
}

function runsOf(o: Ordering, { n }: Stage) {
  const { x, row, descending, target } = o;
  const { runs, kept, m, to, LAST, next } = ending(o, n, RUN);
  const dispatch = sortRuns.dispatch({
    buffers: { x, out: to },
    constants: { RUN, DESCENDING: Number(descending), ELEMENTS: ELEMENTS[computeType(x.dtype)], LAST },
    params: { ...row, len: row.rows * runs, runs, keep: kept, m },
    dtype: x.dtype,
    unrolled: target.unrolled,
    grid: row.rows * runs,
    flops: x.size * RUN,
  });
  return { dispatch, next };
}

function partsOf(o: Ordering, { pairs, n }: Stage) {
  const { x, row, descending } = o;
  const SIZE = Math.min(LARGEST_PART, 2 ** Math.max(1, Math.ceil(Math.log2(n))));
  const TOTAL = Math.max(SIZE, 256);
  const THREADS = Math.min(256, TOTAL / 2);
  const { runs, kept, m, to, LAST, next } = ending(o, n, SIZE);
  const keys = {
    DESCENDING: Number(descending),
    ELEMENTS: ELEMENTS[computeType(x.dtype)],
    FROM_X: Number(pairs === null),
  };
  const from = pairs ?? x;
  const dispatch = sortParts.dispatch({
    buffers: { x: from, pairs: from, out: to },
    constants: { ...keys, SIZE, TOTAL, THREADS, LAST },
    params: { len: row.rows * runs, n, inner: row.inner, parts: runs, keep: kept, m },
    dtype: x.dtype,
    grid: rowGroups(Math.ceil((row.rows * runs * SIZE) / TOTAL), THREADS),
    flops: row.rows * n * Math.log2(SIZE),
  });
  return { dispatch, next };
}

function mergeOf(o: Ordering, { pairs, n, run }: Stage) {
  const { row, target } = o;
  const { runs, kept, m, to, LAST, next } = ending(o, n, 2 * run);
  const EACH = target.cpu ? 32 : 8;
  const chunks = Math.ceil(kept / EACH);
  const len = row.rows * runs * chunks;
  const dispatch = sortMerge.dispatch({
    buffers: { pairs: pairs!, out: to },
    constants: { EACH, LAST },
    params: { len, n, inner: row.inner, run, merged: runs, chunks, keep: kept, m },
    grid: len,
    flops: row.rows * n,
  });
  return { dispatch, next };
}
