import gatherKernel from "../../shaders/gather.wgsl";
import gatherByFour from "../../shaders/gather_by_four.wgsl";
import elements from "../../shaders/gather_elements.wgsl";
import scatterColumns from "../../shaders/scatter_columns.wgsl";
import scatterElements from "../../shaders/scatter_elements.wgsl";
import scan from "../../shaders/scatter_scan.wgsl";
import merge from "../../shaders/segment_merge.wgsl";
import ranges from "../../shaders/segment_ranges.wgsl";
import sort from "../../shaders/segment_sort.wgsl";
import sumKernel from "../../shaders/segment_sum.wgsl";
import sumByFour from "../../shaders/segment_sum_by_four.wgsl";
import sumTree from "../../shaders/segment_sum_tree.wgsl";
import sumTreeByFour from "../../shaders/segment_sum_tree_by_four.wgsl";
import { isFloat } from "../core/dtype";
import { DTypeError } from "../core/errors";
import { powerOfTwoFrom } from "../core/powerOfTwo";
import { limitIntegers } from "../graph/limits";
import { scratch, type Tensor, unused } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import type { Target } from "../kernel/target";
import { foursOf, rowGroups } from "./rowwise";

/**
 * Sizes of a look-up along an axis of a table: the table is [batch, outer, n, inner, width], the indices [outer, m, inner],
 * the elements picked by them [batch, outer, m, inner, width].
 */
export interface Indexed {
  readonly batch: number;
  readonly outer: number;
  readonly n: number;
  readonly m: number;
  readonly inner: number;
  readonly width: number;
  /** An index that picks nothing, like those outside 0 … n − 1. */
  readonly skip: number;
}

/**
 * Indices are `low` … n − 1, see {@link limitIntegers}.
 * @throws DTypeError unless the tensor can hold indices; DataError where data holds another one
 */
export function checkIndices(op: string, indices: Tensor, n: number, low = 0): void {
  const { dtype } = indices;
  if (isFloat(dtype)) throw new DTypeError(op, `indices have dtype ${dtype}`, { wants: "i32 or u32" });
  limitIntegers("indices", indices, { op, low, high: n - 1 });
}

/** The `skip` that skips no index. */
export const NO_SKIP = 0xffffffff;

/** Number of entries in the index list, and of rows of the table that these can name. */
const entriesOf = ({ outer, m, inner }: Indexed): number => outer * m * inner;
const targetsOf = ({ outer, n, inner }: Indexed): number => outer * n * inner;

/**
 * The launch that picks elements of `table` by `index`.
 * @param missing the bits of elements that no index names
 */
export function gatherDispatch(
  table: Tensor,
  index: Tensor,
  out: Tensor,
  dims: Indexed,
  target: Target,
  missing = 0,
): Dispatch {
  const { n, m, inner, width, skip } = dims;
  const plain = dims.batch * dims.outer * inner === 1;
  const buffers = { x: table, index, out };
  const params = { n, targets: targetsOf(dims), skip, missing };
  const constants = {
    FLOAT: Number(out.dtype === "f32"),
    PLAIN: Number(plain),
    ...(!plain && { ENTRIES: entriesOf(dims), M: m, INNER: inner }),
  };
  if (width % 4 === 0) {
    const EACH = foursOf(width, target);
    const len = out.size / 4 / EACH;
    const sizes = { ...constants, WIDTH: width / 4, EACH };
    return gatherByFour.dispatch({ buffers, params: { ...params, len }, constants: sizes, grid: len });
  }
  if (isByElements(dims)) return gatherElements(buffers, params, dims, target);
  const len = out.size;
  return gatherKernel.dispatch({
    buffers,
    params: { ...params, len },
    constants: { ...constants, WIDTH: width },
    grid: len,
  });
}

/** Whether indices name single elements and can be taken four at a time, without crossing a row's end. */
const isByElements = ({ m, inner, width }: Indexed): boolean => width === 1 && (inner === 1 ? m : inner) % 4 === 0;

/** Fours in a line of a CPU's cache. */
const LINE = 4;

function gatherElements(
  buffers: { x: Tensor; index: Tensor; out: Tensor },
  params: { n: number; targets: number; skip: number; missing: number },
  dims: Indexed,
  target: Target,
): Dispatch {
  const { cpu } = target;
  const { m, inner } = dims;
  const EACH = cpu && dims.batch >= 256 && dims.batch % 4 === 0 ? 4 : 1;
  const RUN = EACH === 1 && inner === 1 ? foursOf(m, target) : 1;
  const len = buffers.out.size / 4 / EACH / RUN;
  const fours = Math.max(1, inner / 4);
  const SPAN = cpu && fours % LINE === 0 ? LINE : fours;
  const FLOAT = Number(buffers.out.dtype === "f32");
  return elements.dispatch({
    buffers,
    params: { ...params, len },
    constants: { FLOAT, EACH, RUN, ENTRIES: entriesOf(dims) / 4, M: m, INNER: inner, SPAN, BLOCKS: fours / SPAN },
    grid: len,
  });
}

/**
 * The launches that sum, for each element of the table `out`, the elements of `source` whose index names it. Without float
 * atomics: entries are sorted by the row they name, so that each row sums its own in order. Few entries are just searched.
 */
export function scatterDispatches(
  index: Tensor,
  source: Tensor,
  out: Tensor,
  dims: Indexed,
  target: Target,
): Dispatch[] {
  const { n, m, inner, width, skip } = dims;
  const [entries, targets] = [entriesOf(dims), targetsOf(dims)];
  if (isLookedThrough(m, out.size, target)) {
    const params = { len: out.size, n, m, inner, width, targets, entries, skip };
    return [scan.dispatch({ buffers: { index, source, out }, params, grid: out.size, flops: out.size * m })];
  }
  if (target.cpu && width === 1) return [addedByColumns(index, source, out, dims)];
  if (!target.cpu) return parallelSums(index, source, out, dims);
  const order = scratch({ shape: [entries], dtype: "u32" });
  const ends = scratch({ shape: [targets], dtype: "u32" });
  const each = Math.ceil(targets / RANGES);
  const len = Math.ceil(targets / each);
  const sorted = ranges.dispatch({
    buffers: { index, order, ends },
    params: { len, each, entries, targets, n, m, inner, skip },
    constants: { PLAIN: Number(dims.outer * inner === 1) },
    grid: len,
  });
  return [sorted, sumInOrder(order, ends, source, out, dims, target)];
}

/**
 * Where lanes are few, each column of single elements is summed by one invocation, and nothing need be sorted. Where columns
 * are few, several invocations share one, each for a range of rows: lanes that run together go through the list together.
 */
function addedByColumns(index: Tensor, source: Tensor, out: Tensor, dims: Indexed): Dispatch {
  const { n, m, inner, outer, width, skip } = dims;
  const shared = { buffers: { index, source, out }, flops: source.size };
  const columns = out.size / n;
  if (columns >= COLUMNS && isByElements(dims) && (inner > 1 || n % 4 === 0)) {
    const len = columns / Math.min(4, inner);
    const constants = { INNER: inner, OUTER: outer };
    return scatterElements.dispatch({ ...shared, params: { len, n, m, skip }, constants, grid: len });
  }
  const each = Math.ceil(n / Math.ceil(COLUMNS / columns));
  const len = columns * Math.ceil(n / each);
  const constants = { INNER: inner, WIDTH: width, OUTER: outer };
  return scatterColumns.dispatch({ ...shared, params: { len, columns, n, m, each, skip }, constants, grid: len });
}

/** Whether each element may look through all entries that could name it: where that costs less than sorting them. */
function isLookedThrough(m: number, size: number, { cpu }: Target): boolean {
  return m <= 16 || (cpu ? size * m <= 2 ** 16 : m <= 256 && size * m <= 2 ** 26);
}

/** Columns below which their rows are divided where lanes are few. */
const COLUMNS = 16;

/** Ranges of rows that are sorted side by side where lanes are few: for each the whole list is searched. */
const RANGES = 32;

/** Entries that one workgroup of segment_sort.wgsl sorts. */
const RUN = 1024;
/** Runs that one launch of segment_merge.wgsl merges into one. */
const FAN = 32;

/**
 * Sorts each line (the entries along the axis) in spans: first in runs, which are merged until each span is one run. Then sums
 * the sorted entries.
 */
function parallelSums(index: Tensor, source: Tensor, out: Tensor, dims: Indexed): Dispatch[] {
  const { outer, n, m, inner, skip } = dims;
  const entries = entriesOf(dims);
  const targets = outer * inner * (n + 1); // one more per line, for entries that name nothing
  const list = (size: number) => scratch({ shape: [size], dtype: "u32" });
  const span = m < RUN ? Math.floor(RUN / m) * m : m;
  const per = Math.ceil(span / RUN);
  const runs = Math.ceil(entries / span) * per;
  const ends = list(targets);
  let [rows, order] = [list(entries), list(entries)];
  const dispatches = [
    sort.dispatch({
      buffers: { index, rows, order },
      params: { entries, span, per, n, m, inner, skip },
      grid: rowGroups(runs, SORT_LANES),
    }),
  ];
  for (let run = RUN, last = false; !last; run *= FAN) {
    last = run * FAN >= span;
    const moved = run < span ? entries : 0;
    const merged = moved ? ([list(moved), list(moved)] as const) : ([unused("u32"), unused("u32")] as const);
    const counted = last ? targets : 0;
    const len = counted + moved;
    dispatches.push(
      merge.dispatch({
        buffers: { rows, order, merged_rows: merged[0], merged_order: merged[1], ends },
        params: { len, targets: counted, entries, span, run, fan: FAN, n, m },
        grid: len,
      }),
    );
    if (moved) [rows, order] = merged;
  }
  return [...dispatches, sumByTree(order, ends, source, out, dims)];
}

const SORT_LANES = 256;

/** An invocation for each element sums its row's entries. */
function sumInOrder(order: Tensor, ends: Tensor, source: Tensor, out: Tensor, dims: Indexed, target: Target): Dispatch {
  const shared = { buffers: { order, ends, source, out }, flops: source.size };
  const constants = { BATCHED: Number(dims.batch > 1) };
  const params = { targets: targetsOf(dims), entries: entriesOf(dims) };
  if (dims.width % 4 !== 0) {
    const len = out.size;
    return sumKernel.dispatch({ ...shared, params: { ...params, len, width: dims.width }, constants, grid: len });
  }
  const EACH = foursOf(dims.width, target);
  const len = out.size / 4 / EACH;
  const width = dims.width / 4;
  return sumByFour.dispatch({
    ...shared,
    params: { ...params, len, width },
    constants: { ...constants, EACH },
    grid: len,
  });
}

const TREE_LANES = 256;
const MAX_COLUMNS = 16;

/** Short rows by an invocation per element, long ones by a workgroup; where most are long, by a workgroup per row. */
function sumByTree(order: Tensor, ends: Tensor, source: Tensor, out: Tensor, dims: Indexed): Dispatch {
  const byFour = dims.width % 4 === 0;
  const width = byFour ? dims.width / 4 : dims.width;
  const [entries, targets] = [entriesOf(dims), targetsOf(dims)];
  const columns = Math.min(MAX_COLUMNS, powerOfTwoFrom(width));
  const depth = TREE_LANES / columns;
  const areLong = entries / targets >= 8;
  const perGroup = areLong ? 1 : depth;
  const rows = dims.batch * targets;
  const parts = Math.ceil(width / columns);
  return (byFour ? sumTreeByFour : sumTree).dispatch({
    buffers: { order, ends, source, out },
    params: { rows, targets, entries, n: dims.n, inner: dims.inner, width, parts },
    constants: { COLUMNS: columns, DEPTH: depth, ROWS: perGroup, SHORT: areLong ? 0 : 16 },
    grid: rowGroups(Math.ceil(rows / perGroup) * parts, TREE_LANES),
    flops: source.size,
  });
}
