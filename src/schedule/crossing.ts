import { computeType } from "../core/dtype";
import { powerOfTwoFrom } from "../core/powerOfTwo";
import type { Layout } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { type Dispatch, packParams, workgroupsFor } from "../kernel/kernel";
import { broadcastLayout, coalesceTogether, contiguousLayout } from "./layout";
import { composedVariant, declarations, elementType } from "./wgsl";
import { type Expression, type Read, type Reading, readsOf, Writer } from "./writer";

/** A read across memory: neighbours of the result are read far apart, but those along another axis, `q`, side by side. */
interface Crossing {
  readonly read: Read;
  readonly name: string;
  readonly layout: Layout;
}

/** The layout of the result, its innermost axis `p`, the axis `q`, and the reads across memory. */
interface Crossed {
  readonly out: Layout;
  readonly p: number;
  readonly q: number;
  readonly crossings: readonly Crossing[];
}

/** How a kernel does it. */
interface Form {
  /** Number of neighbours that are computed at a time. */
  readonly width: 1 | 4;
  readonly workgroupSize: readonly [number, number, number];
  /** Number of results of a workgroup along p and along q. */
  readonly tile: readonly [number, number];
  /** The kernel's `main`, which calls `make` with the number of each result and the values read across memory for it. */
  readonly main: string;
}

/**
 * {@link compose} for expressions with reads across memory, as after transposing. On few lanes an invocation computes 4 × 4 results from
 * four vec4s, or a line of results. On many lanes a workgroup reads a square of 32 × 32 elements in the order of memory, and
 * writes it in the order of the result.
 * @returns null where nothing is read across memory, or not in one of these ways
 */
export function composeCrossing(
  expression: Expression,
  out: Tensor,
  withTail: boolean,
  fewLanes: boolean,
): Dispatch | null {
  const crossed = crossedBy(expression, out);
  const form = crossed && (fewLanes ? (byFour(crossed) ?? byLines(crossed)) : byTiles(crossed));
  if (!form) return null;
  const { crossings } = crossed;
  const vector = form.width === 4;
  const given = new Map(crossings.map(({ read, name }) => [read, `${name}_here`] as const));
  const w = new Writer([expression], out, { prefix: "", byFour: vector, gathers: vector, counts: "fours", given });
  const len = out.size / w.width;
  const starts = crossings.map((c) => ({ name: `${c.name}_start`, type: "u32" }) as const);
  const fields = [{ name: "len", type: "u32" } as const, ...starts, ...w.fields];
  const offsets = Object.fromEntries(crossings.map((c, n) => [starts[n]!.name, c.layout.offset]));
  const read = [...w.bindings, ...crossings.map((c) => ({ name: c.name, type: elementType(c.read.dtype, vector) }))];
  const handed = crossings.map((c) => `${c.name}_here: ${elementType(computeType(c.read.dtype), vector)}`);
  const code = `${declarations(w, fields, read, out, withTail)}fn make(${["i: u32", ...handed].join(", ")}) {
  ${w.lines}
  ${w.store("i", withTail)}
}
${form.main}`;
  const { workgroupSize } = form;
  return {
    variant: composedVariant({ name: w.name || "transpose", code, params: fields, workgroupSize }, read),
    buffers: [...w.buffers, ...crossings.map((c) => c.read.reading.base), out],
    own: { reads: w.own, out: read.length },
    params: packParams(fields, { ...w.values, ...offsets, len }),
    workgroups: workgroupsFor(groupsOf(crossed, form) * workgroupSize[0], workgroupSize),
    flops: w.flops,
  };
}

function crossedBy(expression: Expression, { shape }: Tensor): Crossed | null {
  const reads = [...readsOf(expression)];
  const layoutOf = ({ layout }: Reading) => broadcastLayout(layout, shape);
  const together = coalesceTogether([contiguousLayout(shape), ...reads.map((r) => layoutOf(r.reading))]);
  const [out, ...layouts] = together as [Layout, ...Layout[]];
  const p = out.shape.length - 1;
  const isCrossing = ({ strides }: Layout) => strides[p] !== 0 && strides[p] !== 1 && strides.includes(1);
  const crossings = reads
    .map((read, n) => ({ read, layout: layouts[n]! }))
    .filter(({ layout }) => isCrossing(layout))
    .map((c, n) => ({ ...c, name: `t${n}` }));
  const q = crossings[0]?.layout.strides.indexOf(1) ?? -1;
  return q >= 0 && crossings.every((c) => c.layout.strides[q] === 1) ? { out, p, q, crossings } : null;
}

/** Least length of an axis for squares and lines. */
const LEAST_AXIS = 16;

const areLong = ({ out, p, q }: Crossed): boolean => out.shape[p]! >= LEAST_AXIS && out.shape[q]! >= LEAST_AXIS;

const tilesOf = ({ out, p, q }: Crossed, [along, across]: Form["tile"]): [number, number] => [
  Math.ceil(out.shape[p]! / along),
  Math.ceil(out.shape[q]! / across),
];

function groupsOf(crossed: Crossed, { tile }: Form): number {
  const { out, p, q } = crossed;
  const [along, across] = tilesOf(crossed, tile);
  return along * across * out.shape.reduce((n, size, d) => (d === p || d === q ? n : n * size), 1);
}

/** WGSL of the index of an element, or of a vec4 (`unit` 4): `start + Σ coordinate · stride`. */
const indexOf = (
  { strides }: Layout,
  terms: readonly (readonly [d: number, text: string])[],
  unit: number,
  start = "0u",
) => [start, ...terms.map(([d, text]) => `${text} * ${(strides[d]! / unit) >>> 0}u`)].join(" + ");

/** The offset of a read. It is a parameter, so that one kernel reads all pieces of a tensor. */
const startOf = ({ name }: Crossing): string => `params.${name}_start`;

/**
 * The head of `main`: computes the numbers of the workgroup's tile along p and q, and its coordinates along the other axes. Tiles
 * that are neighbours along q, and so in memory, come one after the other.
 */
function head(crossed: Crossed, tile: Form["tile"]): { lines: string; terms: [number, string][] } {
  const { out, p, q } = crossed;
  const [along, across] = tilesOf(crossed, tile);
  const others = out.shape.flatMap((_, d) => (d === p || d === q ? [] : [d])).reverse();
  const lines = others.map((d) => `\n  let c${d} = rest % ${out.shape[d]}u;\n  rest /= ${out.shape[d]}u;`);
  return {
    lines: `  var rest = id.x + id.y * groups.x;
  let tile_q = rest % ${across}u;
  rest /= ${across}u;
  let tile_p = rest % ${along}u;
  rest /= ${along}u;${lines.join("")}`,
    terms: others.map((d) => [d, `c${d}`]),
  };
}

const BUILTINS = "@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u";

/** Invocations of a workgroup on few lanes. */
const LANES = 64;

/** The lanes of a workgroup along p: `wanted`, but fewer if that axis is short (`width`), and more if the other is (`height`). */
function lanesAlong(width: number, height: number, wanted: number): number {
  const most = powerOfTwoFrom(Math.min(width, LANES));
  return Math.max(Math.min(wanted, most), LANES / powerOfTwoFrom(Math.min(height, LANES)));
}

/** Blocks of 4 × 4 side by side along p: together they write whole cache lines. */
const BLOCKS_ALONG_P = 4;

/** Each invocation computes 4 × 4 results. @returns null unless all that is read across memory is in vec4s */
function byFour(crossed: Crossed): Form | null {
  const { out, p, q, crossings } = crossed;
  const [width, height] = [out.shape[p]! / 4, out.shape[q]! / 4];
  const inFours = ({ layout, read }: Crossing) =>
    [read.reading.base.size, layout.offset].every((n) => n % 4 === 0) &&
    layout.strides.every((s, d) => d === q || s % 4 === 0);
  if (!Number.isInteger(width) || !Number.isInteger(height) || !crossings.every(inFours)) return null;
  if (width * height < LANES / 2) return null;
  const along = lanesAlong(width, height, BLOCKS_ALONG_P);
  const tile = [4 * along, (4 * LANES) / along] as const;
  const { lines, terms } = head(crossed, tile);
  const four = [0, 1, 2, 3];
  const typeOf = ({ read }: Crossing) => elementType(computeType(read.dtype), true);
  const load = (c: Crossing) => {
    const { layout, name } = c;
    const at = indexOf(layout, [...terms, [p, "(p * 4u)"]], 4, `${startOf(c)} / 4u`);
    const rows = four.map(
      (n) => `let ${name}_${n} = ${typeOf(c)}(${name}[${name}_at + ${((n * layout.strides[p]!) / 4) >>> 0}u]);`,
    );
    return [`let ${name}_at = ${at} + q;`, ...rows].join("\n  ");
  };
  const make = (n: number) => {
    const across = crossings.map((c) => `${typeOf(c)}(${four.map((m) => `${c.name}_${m}.${"xyzw"[n]}`).join(", ")})`);
    return `make(i + ${(n * out.strides[q]!) / 4}u, ${across.join(", ")});`;
  };
  const main = `@compute @workgroup_size(${LANES})
fn main(@builtin(local_invocation_index) lane: u32, ${BUILTINS}) {
${lines}
  let q = tile_q * ${LANES / along}u + lane / ${along}u;
  let p = tile_p * ${along}u + lane % ${along}u;
  let i = ${indexOf(out, [...terms, [q, "(q * 4u)"]], 4)} + p;
  if (q >= ${height}u || p >= ${width}u || i >= params.len) { return; }
  ${crossings.map(load).join("\n  ")}
  ${four.map(make).join("\n  ")}
}
`;
  return { width: 4, workgroupSize: [LANES, 1, 1], tile, main };
}

/** Results of an invocation along q, of which it computes four a turn. */
const LINE = 64;
/** Invocations side by side along p. */
const LINES_ALONG_P = 8;

/** Each invocation computes a line of results along q. @returns null where an axis is short */
function byLines(crossed: Crossed): Form | null {
  const { out, p, q, crossings } = crossed;
  if (!areLong(crossed)) return null;
  const along = lanesAlong(out.shape[p]!, Math.ceil(out.shape[q]! / LINE), LINES_ALONG_P);
  const tile = [along, (LANES / along) * LINE] as const;
  const { lines, terms } = head(crossed, tile);
  const starts = crossings.map((c) => `let ${c.name}_at = ${indexOf(c.layout, [...terms, [p, "p"]], 1, startOf(c))};`);
  const make = (at: string) => {
    const across = crossings.map((c) => `${computeType(c.read.dtype)}(${c.name}[${c.name}_at + ${at}])`);
    return `if (${at} < end) { make(i + (${at}) * ${out.strides[q]}u, ${across.join(", ")}); }`;
  };
  const main = `@compute @workgroup_size(${LANES})
fn main(@builtin(local_invocation_index) lane: u32, ${BUILTINS}) {
${lines}
  let first = (tile_q * ${LANES / along}u + lane / ${along}u) * ${LINE}u;
  let end = min(first + ${LINE}u, ${out.shape[q]}u);
  let p = tile_p * ${along}u + lane % ${along}u;
  let i = ${indexOf(out, terms, 1)} + p;
  if (p >= ${out.shape[p]}u || i >= params.len) { return; }
  ${starts.join("\n  ")}
  for (var q = first; q < end; q += 4u) {
    ${["q", "q + 1u", "q + 2u", "q + 3u"].map(make).join("\n    ")}
  }
}
`;
  return { width: 1, workgroupSize: [LANES, 1, 1], tile, main };
}

/** Side of a square. In workgroup memory it has a column more, against bank conflicts. */
const SIDE = 32;
/** Rows of a square that a workgroup computes at a time. */
const ROWS = 8;
/** Squares that fit in 16 KiB of workgroup memory. */
const MAX_SQUARES = 3;

/** Each workgroup computes a square of results, which it reads into its memory along q. @returns null where an axis is short */
function byTiles(crossed: Crossed): Form | null {
  const { out, p, q, crossings } = crossed;
  if (!areLong(crossed) || crossings.length > MAX_SQUARES) return null;
  const [width, height] = [out.shape[p]!, out.shape[q]!];
  const tile = [SIDE, SIDE] as const;
  const { lines, terms } = head(crossed, tile);
  const declared = crossings.map(
    ({ read, name }) => `var<workgroup> ${name}_square: array<${computeType(read.dtype)}, ${SIDE * (SIDE + 1)}>;`,
  );
  const load = (c: Crossing) => {
    const { read, layout, name } = c;
    const at = indexOf(layout, [...terms, [p, "(p0 + k)"]], 1, startOf(c));
    return `${name}_square[k * ${SIDE + 1}u + lane.x] = ${computeType(read.dtype)}(${name}[${at} + q0 + lane.x]);`;
  };
  const across = crossings.map(({ name }) => `${name}_square[lane.x * ${SIDE + 1}u + k]`);
  const main = `${declared.join("\n")}
@compute @workgroup_size(${SIDE}, ${ROWS})
fn main(@builtin(local_invocation_id) lane: vec3u, ${BUILTINS}) {
  if (params.len == 0u) { return; }
${lines}
  let q0 = tile_q * ${SIDE}u;
  let p0 = tile_p * ${SIDE}u;
  let first = ${indexOf(out, terms, 1)};
  for (var k = lane.y; k < ${SIDE}u; k += ${ROWS}u) {
    if (q0 + lane.x < ${height}u && p0 + k < ${width}u && first < params.len) {
      ${crossings.map(load).join("\n      ")}
    }
  }
  workgroupBarrier();
  for (var k = lane.y; k < ${SIDE}u; k += ${ROWS}u) {
    let i = first + (q0 + k) * ${out.strides[q]}u + p0 + lane.x;
    if (q0 + k < ${height}u && p0 + lane.x < ${width}u && i < params.len) { make(i, ${across.join(", ")}); }
  }
}
`;
  return { width: 1, workgroupSize: [SIDE, ROWS, 1], tile, main };
}
