import { powerOfTwoFrom } from "../core/powerOfTwo";
import { normalizeAxis, numel, type Shape } from "../core/shape";
import { folded } from "../kernel/kernel";
import { sharesLoads, type Target } from "../kernel/target";

/** A tensor seen as rows along one axis: [outer, n, inner]. */
export interface RowParams {
  readonly rows: number;
  readonly n: number;
  readonly inner: number;
}

/** The parameters of a kernel that works along an axis. */
export function rowParams(op: string, shape: Shape, axis: number): RowParams {
  const d = normalizeAxis(op, shape, axis);
  const n = shape[d]!;
  return { rows: numel(shape) / n, n, inner: numel(shape.slice(d + 1)) };
}

/** Lanes of the kernels that give a row to a workgroup. */
const TREE_LANES = 64;

/** Whether a row is worth a workgroup: on devices with many lanes, where a row is long. */
export const byTree = (n: number, target: Target): boolean => !target.cpu && n >= TREE_LANES / 2;

/** The most vec4s that an invocation of a workgroup holds. */
const MOST_HELD_BY_TREE = 8;

/** Vec4s of a row up to which several rows share a workgroup, vec4s that an invocation holds then, and most invocations of a row. */
const [SHORT_QUADS, HELD_OF_SHORT, MOST_OF_SHORT] = [64, 2, 16];

/**
 * Launches of kernels that give a row of n to invocations of one workgroup, which several short rows share. Null on devices
 * with few lanes.
 */
export function bySharedTree(rows: number, n: number, target: Target) {
  if (target.cpu) return null;
  const quads = n / 4;
  const wanted = Math.min(MOST_OF_SHORT, powerOfTwoFrom(quads / HELD_OF_SHORT));
  const LANES = quads > SHORT_QUADS ? lanesOf(n) : Math.max(1, wanted);
  const SIZE = Math.max(TREE_LANES, LANES);
  return { lanes: { SIZE, LANES }, grid: rowGroups(Math.ceil((rows * LANES) / SIZE), SIZE) };
}

/** The same for kernels that hold a row of whole vec4s; null also where it is too long. */
export function byHeldTree(rows: number, n: number, target: Target) {
  const shared = bySharedTree(rows, n, target);
  if (!shared || n % 4 !== 0) return null;
  const { lanes, grid } = shared;
  const HELD = Math.ceil(n / 4 / lanes.LANES);
  return HELD > MOST_HELD_BY_TREE ? null : { params: { rows, n: n / 4 }, held: { ...lanes, HELD }, grid };
}

/** Elements of the rows that a subgroup takes one after the other: starting a workgroup costs about as much as a row or two. */
const ROW_ELEMENTS = 16384;

/** Elements from which on a row is worth a subgroup: one lane takes a shorter row in the time that joining lanes takes. */
const SUBGROUP_ROW = 64;

/** The most vec4s of a row that an invocation holds, so that it reads them once; more take long to compile. */
const MOST_HELD = 8;

/** Launches of kernels for CPUs that give each short row of n, whole vec4s, to an invocation. Null elsewhere. */
export function byLane(rows: number, n: number, { cpu }: Target) {
  if (!cpu || n % 4 !== 0 || n > 4 * MOST_HELD) return null;
  return { params: { rows }, held: { HELD: n / 4 }, grid: rows };
}

/** The same for each lane of a subgroup. */
const HELD_BY_LANES = 4;

/**
 * Launches of kernels that give rows of n to subgroups, whose lanes read vec4s. Null where such kernels do not pay, or rows
 * are too short or not whole vec4s.
 */
export function bySubgroup(rows: number, n: number, target: Target) {
  if (!sharesLoads(target) || n % 4 !== 0 || n < SUBGROUP_ROW) return null;
  const { subgroupSize } = target;
  const held = n / 4 / subgroupSize;
  const each = Math.max(1, Math.min(Math.floor(ROW_ELEMENTS / n), Math.ceil(rows / 64)));
  return {
    params: { rows, quads: n / 4, each },
    lanes: { LANES: subgroupSize },
    /** Vec4s of a row per lane, where all lanes have as many and can hold them; else 0. */
    held: Number.isInteger(held) && held <= HELD_BY_LANES ? held : 0,
    grid: rowGroups(Math.ceil(rows / each), subgroupSize),
  };
}

/** How many neighbouring vec4s of a row a lane takes together, of the vec4s that it has: at most `most`. */
export function sideOf({ params, lanes }: NonNullable<ReturnType<typeof bySubgroup>>, most: 2 | 4): number {
  return [4, 2].find((side) => side <= most && params.quads % (side * lanes.LANES) === 0) ?? 1;
}

/** The grid of a kernel with a workgroup of `lanes` per row, numbered `id.x + id.y * groups.x`. */
export function rowGroups(rows: number, lanes = TREE_LANES): readonly [number, number] {
  const [length, layers] = folded(rows);
  return [length * lanes, layers];
}

/** Lanes for a row of n in kernels for any number of lanes: more for long rows, of which there may be few. */
export const lanesOf = (n: number): number => (n >= 1024 ? 256 : TREE_LANES);

/** Neighbouring fours of a row of `width` elements that one invocation takes, a divisor of the row: several where lanes are few. */
export const foursOf = (width: number, { cpu }: Target, most: 4 | 8 = 4): number =>
  cpu ? ([8, 4, 2].find((fours) => fours <= most && width % (4 * fours) === 0) ?? 1) : 1;

/** Cuts `size` into parts that are multiples of `round`, at most `most` of them. */
export function inRounds(size: number, round: number, most: number): { readonly span: number; readonly parts: number } {
  const rounds = Math.ceil(size / round);
  const span = round * Math.ceil(rounds / Math.max(1, Math.min(Math.floor(most), rounds)));
  return { span, parts: Math.ceil(size / span) };
}

/** For workgroups that add up columns: invocations, rows that each has in flight at once, and such turns that it may take. */
const [COLUMN_LANES, LOADS, TURNS] = [256, 4, 8];

/**
 * How a GPU's workgroups share the sums over the columns of [rows, 4·fours], see `sum_columns_main.wgsl`; `groups` workgroups
 * keep the device busy. Rows that one workgroup takes in the time of a second launch are not divided.
 */
export function columnParts(rows: number, fours: number, groups: number) {
  const narrow = Math.min(4, powerOfTwoFrom(fours));
  const isShort = rows <= TURNS * LOADS * (COLUMN_LANES / narrow);
  const WIDE = isShort ? narrow : Math.min(16, powerOfTwoFrom(fours));
  const tiles = Math.ceil(fours / WIDE);
  const { span: chunk, parts } = inRounds(rows, LOADS * (COLUMN_LANES / WIDE), isShort ? 1 : groups / tiles);
  const len = tiles * parts;
  return { len, chunk, parts, constants: { WIDE }, grid: rowGroups(len, COLUMN_LANES) };
}
