import sortMerge from "../../shaders/sort_merge.wgsl";
import sortParts from "../../shaders/sort_parts.wgsl";
import sortShort from "../../shaders/sort_short.wgsl";
import sortSpans from "../../shaders/sort_spans.wgsl";
import topK from "../../shaders/top_k.wgsl";
import { computeType } from "../core/dtype";
import { powerOfTwoFrom } from "../core/powerOfTwo";
import { scratch, type Tensor, unused } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import type { Target } from "../kernel/target";
import { ELEMENTS } from "./argReductions";
import { busyInvocations } from "./reductions";
import { type RowParams, rowGroups } from "./rowwise";

/** The most pairs that fit into the workgroup memory which every device grants. */
const LARGEST_PART = 2048;

/** Elements that one invocation sorts by counting. */
const RUN = 16;

/** What is to be sorted: first the elements of x, later rows of pairs of key and place, made of sorted runs. */
interface Stage {
  /** The pairs; null before the first launch. */
  readonly pairs: Tensor | null;
  /** Elements of a row. */
  readonly n: number;
  /** Length of the sorted runs; the last of a row may be shorter. */
  readonly run: number;
}

interface Ordering {
  readonly x: Tensor;
  readonly out: Tensor;
  readonly row: RowParams;
  /** How many elements of each row are wanted. */
  readonly keep: number;
  readonly descending: boolean;
  readonly target: Target;
}

/**
 * The launches that write the places of the first `keep` elements of each row, in order, to `out`.
 *
 * Short rows are sorted by one invocation each. Where few elements of longer rows are wanted, these are searched for. Else
 * parts of a row are sorted: of up to 2048 elements in workgroup memory where there are many lanes, of up to 16384 by an
 * invocation where there are few. One launch is enough where a row is one part. Else each part keeps at most `keep` elements,
 * and parts are merged in pairs, or sorted again in larger parts as long as that leaves a quarter or less.
 */
export function orderDispatches(o: Ordering): Dispatch[] {
  const { row, keep, target } = o;
  const launches: Dispatch[] = [];
  const add = ({ dispatch, next }: { dispatch: Dispatch; next: Stage }): Stage => {
    launches.push(dispatch);
    return next;
  };
  const longer = target.cpu ? spansOf : partsOf;
  const first = isSelected(o) ? selectionOf : row.n <= RUN ? shortOf : longer;
  let stage = add(first(o, { pairs: null, n: row.n, run: 1 }));
  while (stage.n > stage.run) stage = add((!target.cpu && 4 * keep <= LARGEST_PART ? partsOf : mergeOf)(o, stage));
  return launches;
}

/** How the kernels make keys of the elements of x. */
const keysOf = ({ x, descending }: Ordering) => ({
  DESCENDING: Number(descending),
  ELEMENTS: ELEMENTS[computeType(x.dtype)],
});

/** Where runs of `length` are written: as places to the result where a run is a whole row, else as pairs. */
function ending({ row, keep, out }: Ordering, n: number, length: number) {
  const runs = Math.ceil(n / length);
  const kept = Math.min(keep, length);
  const m = (runs - 1) * kept + Math.min(kept, n - (runs - 1) * length);
  const last = runs === 1;
  const to = last ? out : scratch({ shape: [row.rows, m, 2], dtype: "u32" });
  return { runs, kept, m, to, LAST: Number(last), next: { pairs: to, n: m, run: kept } };
}

/** Whether so few elements of a row are wanted that searching for them is faster than sorting. */
const isSelected = ({ row, keep }: Ordering): boolean =>
  row.inner === 1 && keep <= MOST_SELECTED && row.n >= 64 && row.n >= 4 * keep;

const MOST_SELECTED = 32;

/** Elements of the rows that a workgroup takes one after the other where lanes are few. */
const WORK = 65536;

function selectionOf(o: Ordering, { n }: Stage) {
  const { x, row, target } = o;
  const LANES = target.cpu ? 8 : n < 4096 ? 64 : 256;
  const GROUPS = target.cpu ? 4 * LANES : LANES;
  const steps = target.cpu ? 32 : 1;
  // Rows too few to keep the device busy are cut into parts.
  const wanted = Math.min(Math.ceil((target.cpu ? 16 : 512) / row.rows), Math.floor(n / 4096));
  const part = wanted > 1 ? 4 * Math.ceil(n / wanted / 4) : n;
  const { runs, kept, m, to, LAST, next } = ending(o, n, part);
  const len = row.rows * runs;
  const each = target.cpu ? Math.max(1, Math.min(Math.floor(WORK / part), Math.ceil(len / 64))) : 1;
  const dispatch = topK.dispatch({
    buffers: { x, out: to },
    constants: {
      ...keysOf(o),
      WHOLE: Number(row.n % 4 === 0),
      LANES,
      GROUPS,
      MOST: MOST_SELECTED,
      ONCE: Number(part + 3 <= 4 * LANES * steps),
      ROOM: target.cpu ? 1024 : 6 * LANES * steps,
      LAST,
    },
    params: { len, groups: GROUPS, each, steps, n, part, parts: runs, keep: kept, m },
    grid: rowGroups(Math.ceil(len / each), LANES),
    flops: 2 * x.size,
  });
  return { dispatch, next };
}

/** The bindings of kernels that write either pairs or places; the other binding stays unused. */
function places(to: Tensor, LAST: number) {
  return LAST ? { pairs: unused("u32"), out: to } : { pairs: to, out: unused("u32") };
}

function shortOf(o: Ordering, { n }: Stage) {
  const { x, out, row, keep } = o;
  const dispatch = sortShort.dispatch({
    buffers: { x, out },
    constants: { RUN, ...keysOf(o) },
    params: { ...row, keep },
    dtype: x.dtype,
    grid: row.rows,
    flops: x.size * RUN,
  });
  return { dispatch, next: { pairs: null, n, run: n } };
}

function partsOf(o: Ordering, { pairs, n }: Stage) {
  const { x, row } = o;
  const SIZE = Math.min(LARGEST_PART, Math.max(2, powerOfTwoFrom(n)));
  const TOTAL = Math.max(SIZE, 256);
  const THREADS = Math.min(256, TOTAL / 2);
  const { runs, kept, m, to, LAST, next } = ending(o, n, SIZE);
  const from = pairs ?? x;
  const dispatch = sortParts.dispatch({
    buffers: { x: from, pairs: from, out: to },
    constants: { ...keysOf(o), FROM_X: Number(pairs === null), SIZE, TOTAL, THREADS, LAST },
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
  // Each invocation begins with a search, so on a CPU it makes as many as leave enough invocations.
  const EACH = !target.cpu ? 8 : row.rows * n >= 2 ** 18 ? 256 : 32;
  const chunks = Math.ceil(kept / EACH);
  const len = row.rows * runs * chunks;
  const { pairs: merged, out } = places(to, LAST);
  const dispatch = sortMerge.dispatch({
    buffers: { pairs: pairs!, merged, out },
    constants: { EACH, LAST },
    params: { len, n, inner: row.inner, run, runs, chunks, keep: kept, m },
    grid: len,
    flops: row.rows * n,
  });
  return { dispatch, next };
}

/** The most invocations that sort spans: each has its own lists, and only few of these stay in caches. */
const SORTERS = 128;

/** The most elements of a span: lists of longer ones leave the caches, and merging pairs of spans is as fast. */
const LONGEST_SPAN = 16384;

/** Spans are whole rows where these are many and not too long; else parts, as long as leaves enough of them. */
function spansOf(o: Ordering, { n }: Stage) {
  const { x, row, target } = o;
  let span = n;
  const wanted = busyInvocations(target);
  if (row.rows < wanted || n > LONGEST_SPAN)
    for (span = LONGEST_SPAN; span > 64 && row.rows * Math.ceil(n / span) < wanted; span /= 4);
  const { runs, kept, m, to, LAST, next } = ending(o, n, span);
  const total = row.rows * runs;
  const len = Math.min(SORTERS, total);
  const area = scratch({ shape: [len, 2, span, 2], dtype: "u32" });
  const dispatch = sortSpans.dispatch({
    buffers: { x, area, ...places(to, LAST) },
    constants: { RUN, ...keysOf(o), LAST },
    params: { len, total, n, inner: row.inner, span, spans: runs, keep: kept, m },
    dtype: x.dtype,
    grid: len,
    flops: x.size * RUN,
  });
  return { dispatch, next };
}
