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

/** The numbers that a kernel needs to work along an axis. */
export function rowParams(op: string, shape: Shape, axis: number): RowParams {
  const d = normalizeAxis(op, shape, axis);
  const n = shape[d]!;
  return { rows: numel(shape) / n, n, inner: numel(shape.slice(d + 1)) };
}

/** Lanes of the kernels that give a row to a workgroup. */
const TREE_LANES = 64;

/** Whether a row is worth a workgroup: on devices with many lanes, where a row is long. */
export const byTree = (n: number, target: Target): boolean => !target.cpu && n >= TREE_LANES / 2;

/** Vec4s that an invocation of a workgroup holds at most. */
const MOST_HELD_BY_TREE = 8;

/** Vec4s of rows up to which several share a workgroup, how many of them an invocation shall hold, and invocations of a row at most. */
const [SHORT_QUADS, HELD_OF_SHORT, MOST_OF_SHORT] = [64, 2, 16];

/**
 * Launches of the kernels that give a row of n to invocations of a workgroup, on devices with many lanes. Several short rows share
 * a workgroup. Null elsewhere.
 */
export function bySharedTree(rows: number, n: number, target: Target) {
  if (target.cpu) return null;
  const quads = n / 4;
  const wanted = Math.min(MOST_OF_SHORT, powerOfTwoFrom(quads / HELD_OF_SHORT));
  const LANES = quads > SHORT_QUADS ? lanesOf(n) : Math.max(1, wanted);
  const SIZE = Math.max(TREE_LANES, LANES);
  return { lanes: { SIZE, LANES }, grid: rowGroups(Math.ceil((rows * LANES) / SIZE), SIZE) };
}

/** The same for kernels that hold a row of whole vec4s, where it is not too long. */
export function byHeldTree(rows: number, n: number, target: Target) {
  const shared = bySharedTree(rows, n, target);
  if (!shared || n % 4 !== 0) return null;
  const { lanes, grid } = shared;
  const HELD = Math.ceil(n / 4 / lanes.LANES);
  return HELD > MOST_HELD_BY_TREE ? null : { params: { rows, n: n / 4 }, held: { ...lanes, HELD }, grid };
}

/** Elements of the rows that a subgroup makes one after the other: a workgroup costs about as much as a row or two. */
const ROW_ELEMENTS = 16384;

/** Elements from which on a row is worth a subgroup: of shorter ones a lane makes one in the time that joining lanes takes. */
const SUBGROUP_ROW = 64;

/** Four-element words of the rows that an invocation can hold, so that it reads them once; more take long to compile. */
const MOST_HELD = 8;

/** Launches of the kernels that give short rows of n, whole vec4s, to an invocation each, on CPUs. Null elsewhere. */
export function byLane(rows: number, n: number, { cpu }: Target) {
  if (!cpu || n % 4 !== 0 || n > 4 * MOST_HELD) return null;
  return { params: { rows }, held: { HELD: n / 4 }, grid: rows };
}

/** The same for each lane of a subgroup. */
const HELD_BY_LANES = 4;

/**
 * Launches of the kernels that give rows of n to subgroups, their lanes reading vec4s: where such kernels pay and the rows
 * are long enough and whole vec4s. Null elsewhere.
 */
export function bySubgroup(rows: number, n: number, target: Target) {
  if (!sharesLoads(target) || n % 4 !== 0 || n < SUBGROUP_ROW) return null;
  const { subgroupSize } = target;
  const held = n / 4 / subgroupSize;
  const each = Math.max(1, Math.min(Math.floor(ROW_ELEMENTS / n), Math.ceil(rows / 64)));
  return {
    params: { rows, quads: n / 4, each },
    lanes: { LANES: subgroupSize },
    /** Vec4s of a row that a lane has, where these are as many for all lanes and few enough to be held; else 0. */
    held: Number.isInteger(held) && held <= HELD_BY_LANES ? held : 0,
    grid: rowGroups(Math.ceil(rows / each), subgroupSize),
  };
}

/** Vec4s that a lane has side by side of a row made in stretches, up to `most` of all that it has. */
export function sideOf({ params, lanes }: NonNullable<ReturnType<typeof bySubgroup>>, most: 2 | 4): number {
  return [4, 2].find((side) => side <= most && params.quads % (side * lanes.LANES) === 0) ?? 1;
}

/** The grid of a kernel with a workgroup of so many lanes a row, numbered `id.x + id.y * groups.x`. */
export function rowGroups(rows: number, lanes = TREE_LANES): readonly [number, number] {
  const [length, layers] = folded(rows);
  return [length * lanes, layers];
}

/** Lanes for a row of n where the kernel leaves their number open: more for long rows, of which there may be few. */
export const lanesOf = (n: number): number => (n >= 1024 ? 256 : TREE_LANES);

/** Neighbouring fours of a row of `width` elements that one invocation makes: several where lanes are few. Divides the row. */
export const foursOf = (width: number, { cpu }: Target, most: 4 | 8 = 4): number =>
  cpu ? ([8, 4, 2].find((fours) => fours <= most && width % (4 * fours) === 0) ?? 1) : 1;

/** Cuts what is `size` long into parts of whole rounds, `most` of them at most. */
export function inRounds(size: number, round: number, most: number): { readonly span: number; readonly parts: number } {
  const rounds = Math.ceil(size / round);
  const span = round * Math.ceil(rounds / Math.max(1, Math.min(Math.floor(most), rounds)));
  return { span, parts: Math.ceil(size / span) };
}

/** Invocations of a workgroup that adds up columns, rows that one of them has on their way at once, and turns of so many that it may well take. */
const [COLUMN_LANES, LOADS, TURNS] = [256, 4, 8];

/**
 * How a GPU's workgroups share the sums down the columns of [rows, 4·fours], see `sum_columns_main.wgsl`: `groups` of them keep the device
 * busy. Where one workgroup gets through all rows in the time that a second launch takes, there are no parts to join.
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
