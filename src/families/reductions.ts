import reduce from "../../shaders/reduce.wgsl";
import reduceByFour from "../../shaders/reduce_by_four.wgsl";
import reduceColumns from "../../shaders/reduce_columns_tree.wgsl";
import reduceSubgroup from "../../shaders/reduce_subgroup.wgsl";
import reduceSubgroupByFour from "../../shaders/reduce_subgroup_by_four.wgsl";
import reduceTree from "../../shaders/reduce_tree.wgsl";
import reduceTreeByFour from "../../shaders/reduce_tree_by_four.wgsl";
import { computeType, type DType, type WordType } from "../core/dtype";
import { powerOfTwoFrom, powerOfTwoUpTo } from "../core/powerOfTwo";
import type { Joins } from "../graph/op";
import type { ReductionDims } from "../graph/reduction";
import { scratch, type Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import type { Target } from "../kernel/target";
import { chosenWay, type Ways } from "../kernel/ways";
import { byTree, columnParts, type RowParams, rowGroups } from "./rowwise";

/** How elements are joined, with its number in the shaders. */
const KINDS = { sum: 0, max: 1, min: 2, prod: 3 } as const;
export type Reduction = keyof typeof KINDS;

/** The bits of the neutral element of each join. */
export const STARTS: Record<Reduction, Record<WordType, number>> = {
  sum: { f32: 0, i32: 0, u32: 0 },
  max: { f32: 0xff800000, i32: 0x80000000, u32: 0 },
  min: { f32: 0x7f800000, i32: 0x7fffffff, u32: 0xffffffff },
  prod: { f32: 0x3f800000, i32: 1, u32: 1 },
};

/** Elements from which on memory is read as vec4: with fewer it saves nothing, and would leave lanes idle. */
export const LARGE = 1024;

/** The most elements that are joined one after the other before their result is joined with others. */
const CHUNK = 256;

/** Invocations that keep a device busy. */
export const busyInvocations = (target: Target): number => (target.cpu ? 512 : 16384);

/** Elements that one lane of a GPU joins by itself without being slow. */
export const SHORT_ROW = 128;

/** Rows, each on a page of its own, whose addresses a CPU can hold at once. */
export const PAGES = 256;

/** Workgroups that keep a large GPU busy: twice as many, of 256 lanes, as it has room for. */
export const BUSY_GROUPS = 2048;

interface Reducing {
  /** How the elements are joined. With several ways, x and the result hold a plane for each. */
  readonly kinds?: readonly Reduction[];
  /** Factor of the result. */
  readonly scale?: number;
  /** The kernel of all launches that take rows by several lanes; default the one chosen for the device. */
  readonly way?: Way;
}

/** How a GPU's lanes that share a row are joined: in workgroup memory, or by subgroup shuffles. */
type Way = "tree" | "subgroup";

/** Elements from which on it is worth finding out which way is faster: fewer are read in less time than a launch takes. */
const WORTH_MEASURING = 65536;

/**
 * The ways in which a device could join rows, the best guess first. What kinds of joins, and how many side by side, makes no
 * difference to the choice.
 */
export function reductionWays(grouped: ReductionDims, dtype: DType, target: Target): Ways<Way> {
  const { k0, r0, k1, r1 } = asRows(grouped);
  const key = `reduce ${k0}·${r0}·${k1}·${r1}${dtype === "f32" ? "" : ` ${dtype}`}`;
  const isLarge = k0 * r0 * k1 * r1 >= WORTH_MEASURING;
  const hasChoice = isLarge && r1 > 1 && byTree(r0 * r1, target) && target.subgroupSize > 0;
  return { key, names: hasChoice ? ["subgroup", "tree"] : ["tree"] };
}

/** The launches of one reduction or of several side by side: two where there are too few outputs to keep the device busy. */
export function reduceDispatches(
  x: Tensor,
  out: Tensor,
  grouped: ReductionDims,
  target: Target,
  { kinds = ["sum"], scale = 1, way = chosenWay(target, reductionWays(grouped, x.dtype, target)) }: Reducing = {},
): Dispatch[] {
  const dims = asRows(grouped);
  const { k0, r0, k1, r1 } = dims;
  const planes = kinds.length > 1 ? [kinds.length] : [];
  const stretches = stretchesOf(dims, target);
  if (stretches > 1) {
    const partial = scratch({ shape: [...planes, k0 * k1, stretches], dtype: x.dtype });
    const each = { k0: 1, r0: 1, k1: k0 * k1 * stretches, r1: r1 / stretches };
    const all = { k0: 1, r0: 1, k1: k0 * k1, r1: stretches };
    return [
      ...reduceDispatches(x, partial, each, target, { kinds }),
      ...reduceDispatches(partial, out, all, target, { kinds, scale }),
    ];
  }
  const columns = !target.cpu && r0 >= LONG_COLUMNS && fours(dims) === "columns";
  const { parts, launch } = columns
    ? columnsLaunch(x, dims, kinds)
    : r1 > 1 && byTree(r0 * r1, target)
      ? lanesLaunch(x, dims, kinds, way === "subgroup" ? target.subgroupSize : 0)
      : invocationLaunch(x, dims, kinds, target);
  if (parts === 1) return [launch(out, scale)];
  const partial = scratch({ shape: [...planes, k0 * k1, parts], dtype: x.dtype });
  const rest = { k0: 1, r0: 1, k1: k0 * k1, r1: parts };
  return [launch(partial, 1), ...reduceDispatches(partial, out, rest, target, { kinds, scale, way })];
}

/** Several reductions over the same elements, see {@link Joins}. */
export const sideBySide: Joins["sideBySide"] = (kinds, x, out, dims, target) =>
  reduceDispatches(x, out, dims, target, { kinds: kinds as readonly Reduction[] });

/** Reduced dimensions with nothing kept between them are one long row. */
const asRows = (dims: ReductionDims): ReductionDims =>
  dims.k1 === 1 ? { k0: 1, r0: 1, k1: dims.k0, r1: dims.r0 * dims.r1 } : dims;

/** On a CPU, where few rows are long: into how many parts each is cut, of neighbouring elements. */
function stretchesOf({ k0, r0, k1, r1 }: ReductionDims, target: Target): number {
  if (!target.cpu || r0 > 1) return 1;
  let stretches = powerOfTwoUpTo(busyInvocations(target) / (k0 * k1));
  while (stretches > 1 && (r1 % (4 * stretches) !== 0 || r1 / stretches < LARGE)) stretches /= 2;
  return stretches;
}

/** A first launch: into how many parts it divides each output, and the launch that writes them to given places. */
interface Launch {
  readonly parts: number;
  launch(to: Tensor, scale: number): Dispatch;
}

/** The parameters for how kernels join. */
function joining(kinds: readonly Reduction[], dtype: DType) {
  const type = computeType(dtype);
  return {
    constants: { COUNT: kinds.length, KINDS: kinds.reduce((bits, kind, k) => bits | (KINDS[kind] << (2 * k)), 0) },
    params: { low: STARTS.max[type], high: STARTS.min[type] },
  };
}

/** Whether kernels read vec4s: along the reduced dimension, or of neighbouring outputs. */
function fours({ k0, r0, k1, r1 }: ReductionDims): "rows" | "columns" | null {
  if (k0 * r0 * k1 * r1 < LARGE) return null;
  if (r1 % 4 === 0) return "rows";
  return r1 === 1 && k1 % 4 === 0 ? "columns" : null;
}

/** Invocations of a workgroup, and those of an output or part of one; where these are few, several share a workgroup. */
interface Lanes {
  readonly SIZE: number;
  readonly LANES: number;
}

/** For outputs or parts of `count` reads each. */
function treeLanes(count: number): Lanes {
  const LANES = count >= 1024 ? 256 : count >= 64 ? 64 : powerOfTwoFrom(count / 2);
  return { SIZE: Math.max(64, LANES), LANES };
}

/** Reads of a lane from which on a row is taken by a whole workgroup instead of a subgroup. */
const LONG_FOR_SUBGROUP = 16;

/** The same for subgroups of `size` lanes. A subgroup is the most that is joined without a barrier. */
function subgroupLanes(count: number, size: number): Lanes {
  const LANES = count >= LONG_FOR_SUBGROUP * size ? 256 : Math.min(size, powerOfTwoFrom(count / 2));
  return { SIZE: Math.max(128, LANES), LANES };
}

/** A workgroup for each output or part of one, or for several short ones. @param subgroup lanes of a subgroup; 0 to do without */
function lanesLaunch(x: Tensor, dims: ReductionDims, kinds: readonly Reduction[], subgroup: number): Launch {
  const outputs = dims.k0 * dims.k1;
  const byFour = fours(dims) === "rows";
  const r1 = byFour ? dims.r1 / 4 : dims.r1;
  const count = dims.r0 * r1;
  const lanes = subgroup ? subgroupLanes(count, subgroup) : treeLanes(count);
  const { SIZE, LANES } = lanes;
  // Parts are worth a second launch where their lanes have several elements each.
  const parts = Math.max(1, Math.min(Math.ceil(BUSY_GROUPS / outputs), Math.floor(count / (8 * LANES))));
  const joins = joining(kinds, x.dtype);
  const launch = (out: Tensor, scale: number) => {
    const request = {
      buffers: { x, out },
      params: { len: outputs * parts, k1: dims.k1, r0: dims.r0, r1, parts, ...joins.params, scale },
      dtype: x.dtype,
      unrolled: true,
      grid: rowGroups(Math.ceil((outputs * parts * LANES) / SIZE), SIZE),
      flops: x.size,
    };
    const constants = { ...joins.constants, ...lanes };
    if (!subgroup) return (byFour ? reduceTreeByFour : reduceTree).dispatch({ ...request, constants });
    const kernel = byFour ? reduceSubgroupByFour : reduceSubgroup;
    return kernel.dispatch({ ...request, constants: { ...constants, SUBGROUP: subgroup } });
  };
  return { parts, launch };
}

/** Rows from which on workgroups share a GPU's sums over columns. */
export const LONG_COLUMNS = 64;

/** A workgroup for some neighbouring columns, or parts of them. */
function columnsLaunch(x: Tensor, { k0, k1, r0 }: ReductionDims, kinds: readonly Reduction[]): Launch {
  const outputs = k0 * k1;
  const { len, chunk, parts, constants, grid } = columnParts(r0, outputs / 4, BUSY_GROUPS / 2);
  const joins = joining(kinds, x.dtype);
  const launch = (out: Tensor, scale: number) =>
    reduceColumns.dispatch({
      buffers: { x, out },
      params: { len, outputs, k1, r0, parts, chunk, ...joins.params, scale },
      constants: { ...joins.constants, ...constants },
      dtype: x.dtype,
      unrolled: true,
      grid,
      flops: x.size,
    });
  return { parts, launch };
}

/** An invocation for each output (or four neighbouring ones), or part of it. */
function invocationLaunch(x: Tensor, dims: ReductionDims, kinds: readonly Reduction[], target: Target): Launch {
  const { k0, k1, r0 } = dims;
  const byFour = fours(dims);
  const r1 = byFour === "rows" ? dims.r1 / 4 : dims.r1;
  const outputs = k0 * k1;
  const units = byFour === "columns" ? outputs / 4 : outputs;
  const [parts0, parts1] = partsOf(units, r0, r1, target);
  const parts = parts0 * parts1;
  const joins = joining(kinds, x.dtype);
  const chunk1 = parts1 * CHUNK;
  const chunk0 = parts0 * Math.max(1, Math.floor(CHUNK / Math.ceil(r1 / parts1)));
  const split = { outputs, k1, r0, r1, parts0, parts1, chunk0, chunk1, ...joins.params };
  const launch = (out: Tensor, scale: number) => {
    const params = { ...split, len: units * parts, scale };
    const shared = { buffers: { x, out }, dtype: x.dtype, unrolled: true, grid: units * parts, flops: x.size };
    const { constants } = joins;
    if (!byFour) return reduce.dispatch({ ...shared, params: { ...params, parts_first: Number(r1 > 1) }, constants });
    const isPlain = byFour === "columns" ? k0 === 1 : r0 === 1;
    const lie = { COLUMNS: Number(byFour === "columns"), SOLE: Number(parts === 1), PLAIN: Number(isPlain) };
    return reduceByFour.dispatch({ ...shared, params, constants: { ...constants, ...lie } });
  };
  return { parts, launch };
}

/** Into how many parts each of `units` is divided, along both reduced dimensions. */
function partsOf(units: number, r0: number, r1: number, target: Target): readonly [number, number] {
  // A CPU adds a few thousand numbers in less time than a second launch takes.
  const shortest = target.cpu ? 2048 : 16;
  // In columns each row is on another page of memory: presumably fewer rows at a time spare look-ups. Measured, not proven.
  const byPages = target.cpu && r1 === 1 ? r0 / PAGES : 0;
  // Read by four, this many columns fill a page. For few rows a second launch costs more.
  const isShort = r0 * r1 <= shortest && (byPages < 4 || units < 256);
  const wanted = isShort ? 1 : Math.max(byPages, Math.min(busyInvocations(target) / units, (r0 * r1) / 16));
  const parts = powerOfTwoUpTo(wanted);
  const parts1 = Math.min(parts, r1);
  return [Math.max(1, Math.min(Math.floor(parts / parts1), r0)), parts1];
}

/** The most parts of a row that one invocation joins where rows are many. */
const MOST_PARTS = 64;

/**
 * How a kernel that reads vec4s cuts rows of `n` elements into parts, one for each invocation. Where inner > 1 rows are columns,
 * of which an invocation takes those of `wide` neighbouring vec4s.
 * @returns how many units are cut, and the vec4s (or rows of a column) of each part
 */
export function partsOfFours({ rows, n, inner }: RowParams, wide: number, target: Target) {
  const [units, length] = inner > 1 ? [rows / 4 / wide, n] : [rows, n / 4];
  // In columns each row is on another page of a CPU's memory.
  const byPages = target.cpu && inner > 1 ? n / PAGES : 0;
  const wanted = Math.max(byPages, Math.min(busyInvocations(target) / units, length / (target.cpu ? 256 : 16)));
  const most = rows < MOST_PARTS ? 512 : MOST_PARTS;
  const span = Math.ceil(length / Math.max(1, Math.min(Math.floor(wanted), most)));
  return { units, span, parts: Math.ceil(length / span) };
}
