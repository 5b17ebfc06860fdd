import { computeType } from "../core/dtype";
import type { Layout } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { type Dispatch, packParams, workgroupsFor } from "../kernel/kernel";
import { enablesIn } from "../kernel/variant";
import { broadcastLayout, coalesceTogether, contiguousLayout } from "./layout";
import { elementType, readBinding, withHalves } from "./wgsl";
import { type Expression, type Reading, Writer } from "./writer";

/** A read across memory: neighbours in the result lie apart, while those along another axis of it, `q`, lie side by side. */
interface Crossing {
  readonly read: Expression & { readonly kind: "read" };
  readonly name: string;
  readonly layout: Layout;
}

/** How the result lies, its innermost axis being `p`, and what is read across. */
interface Crossed {
  readonly out: Layout;
  readonly p: number;
  readonly q: number;
  readonly crossings: readonly Crossing[];
}

/** Rows of a workgroup's tile: 32 × 33 elements for what is read across, of which 16 KiB hold three. */
const SIDE = 32;
const ROWS_AT_A_TIME = 8;
const MAX_TILES = 3;

/** Elements below which an axis is too short for tiles. */
const LEAST_AXIS = 16;

/** Invocations side by side along p where lanes are few: their 4 × 4 elements fill a line of a cache. */
const LANES = 64;
const LANES_ALONG_P = 4;

/**
 * {@link compose} for expressions with reads across memory, as transposing makes them. Where lanes are few an invocation
 * makes 4 × 4 results from four vec4s; else a workgroup reads a square of 32 along memory, and makes it along the result.
 * @returns null where nothing is read across, or not in such a way
 */
export function composeCrossing(
  expression: Expression,
  out: Tensor,
  withTail: boolean,
  fewLanes: boolean,
): Dispatch | null {
  const crossed = crossedBy(expression, out);
  if (!crossed || !(fewLanes ? isByFour(crossed) : fitsTiles(crossed))) return null;
  const { crossings, p, q } = crossed;
  const given = new Map(crossings.map(({ read, name }) => [read, fewLanes ? name : `${name}_here`] as const));
  const w = new Writer(expression, out, { prefix: "", byFour: fewLanes, gathers: fewLanes, counts: "fours", given });
  if (fewLanes !== (w.width === 4)) return null;
  const len = out.size / w.width;
  const fields = [{ name: "len", type: "u32" } as const, ...w.fields];
  const vector = w.width === 4;
  const read = [...w.bindings, ...crossings.map((c) => ({ name: c.name, type: elementType(c.read.dtype, vector) }))];
  const handed = crossings.map((c) => `${given.get(c.read)}: ${elementType(computeType(c.read.dtype), vector)}`);
  const code = withHalves(
    `struct Params { ${fields.map((f) => `${f.name}: ${f.type}`).join(", ")} }
${read.map((b, n) => readBinding(n, b.name, b.type)).join("\n")}
@group(0) @binding(${read.length}) var<storage, read_write> out: array<${elementType(out.dtype, vector)}>;
@group(0) @binding(${read.length + 1}) var<uniform> params: Params;

${w.functions}${withTail ? `\nfn tail(value: ${vector ? "vec4f" : "f32"}, i: u32) {}` : ""}
fn make(${["i: u32", ...handed].join(", ")}) {
  ${w.lines}
  out[i] = ${w.stored(w.result)};${withTail ? `\n  tail(${w.result}, ${vector ? "i * 4u" : "i"});` : ""}
}
${fewLanes ? byFour(crossed) : byTiles(crossed)}`,
    w.halves || crossings.some((c) => c.read.dtype === "f16"),
  );
  const unit = fewLanes ? 4 : 1;
  const [along, across] = fewLanes ? lanes(crossed) : [SIDE, SIDE];
  const tiles = Math.ceil(crossed.out.shape[p]! / unit / along) * Math.ceil(crossed.out.shape[q]! / unit / across);
  const groups = (tiles * out.size) / crossed.out.shape[p]! / crossed.out.shape[q]!;
  const workgroupSize = fewLanes ? ([LANES, 1, 1] as const) : ([SIDE, ROWS_AT_A_TIME, 1] as const);
  return {
    variant: {
      key: code,
      name: w.name || "transpose",
      code,
      bindings: [
        ...read.map(({ name }) => ({ name, access: "read" as const })),
        { name: "out", access: "write" as const },
      ],
      params: fields,
      workgroupSize,
      enables: enablesIn(code),
      hook: false,
    },
    buffers: [...w.buffers, ...crossings.map((c) => c.read.reading.base), out],
    own: { reads: w.own, out: read.length },
    params: packParams(fields, { ...w.values, len }),
    workgroups: workgroupsFor(groups * workgroupSize[0], workgroupSize),
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

function readsOf(e: Expression, found = new Set<Expression & { kind: "read" }>()): typeof found {
  if (e.kind === "read") found.add(e);
  else for (const a of e.args) readsOf(a, found);
  return found;
}

const fitsTiles = ({ out, p, q, crossings }: Crossed): boolean =>
  crossings.length <= MAX_TILES && out.shape[p]! >= LEAST_AXIS && out.shape[q]! >= LEAST_AXIS;

/** Whether all that is read across lies in vec4s. */
const isByFour = ({ out, p, q, crossings }: Crossed): boolean =>
  [out.shape[p]!, out.shape[q]!].every((size) => size % 4 === 0) &&
  crossings.every(
    ({ layout, read }) =>
      [read.reading.base.size, layout.offset].every((n) => n % 4 === 0) &&
      layout.strides.every((s, d) => d === q || s % 4 === 0),
  );

/** Lanes of a workgroup along p and along q. */
function lanes({ out, p }: Crossed): [number, number] {
  const fours = out.shape[p]! / 4;
  const along = fours < LANES_ALONG_P ? 2 ** Math.floor(Math.log2(fours)) : LANES_ALONG_P;
  return [along, LANES / along];
}

/** The index of an element, or of four: where its coordinates begin to count, and how far apart neighbours are. */
const indexOf = ({ strides, offset }: Layout, terms: readonly (readonly [d: number, text: string])[], unit: number) =>
  [`${offset / unit}u`, ...terms.map(([d, text]) => `${text} * ${(strides[d]! / unit) >>> 0}u`)].join(" + ");

/** Lines that take the coordinates of the axes other than p and q off `rest`, and the names of these. */
function otherAxes({ out, p, q }: Crossed): { lines: string; terms: [number, string][] } {
  const others = out.shape.flatMap((_, d) => (d === p || d === q ? [] : [d])).reverse();
  const lines = others.map((d) => `let c${d} = rest % ${out.shape[d]}u;\n  rest /= ${out.shape[d]}u;`);
  return { lines: lines.join("\n  "), terms: others.map((d) => [d, `c${d}`]) };
}

function byFour(crossed: Crossed): string {
  const { out, p, q, crossings } = crossed;
  const { lines, terms } = otherAxes(crossed);
  const [along, across] = lanes(crossed);
  const [width, height] = [out.shape[p]! / 4, out.shape[q]! / 4];
  const four = [0, 1, 2, 3];
  const load = ({ read, layout, name }: Crossing) => {
    const type = elementType(computeType(read.dtype), true);
    const at = indexOf(layout, [...terms, [p, "(p * 4u)"]], 4);
    const rows = four.map(
      (n) => `let ${name}_${n} = ${type}(${name}[${name}_at + ${((n * layout.strides[p]!) / 4) >>> 0}u]);`,
    );
    return [`let ${name}_at = ${at} + q;`, ...rows].join("\n  ");
  };
  const handed = (lane: string) =>
    crossings.map(({ read, name }) => {
      const type = elementType(computeType(read.dtype), true);
      return `${type}(${four.map((n) => `${name}_${n}.${lane}`).join(", ")})`;
    });
  const makes = four.map((n) => `make(i + ${(n * out.strides[q]!) / 4}u, ${handed("xyzw"[n]!).join(", ")});`);
  return `
@compute @workgroup_size(${LANES})
fn main(
  @builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u,
) {
  var rest = id.x + id.y * groups.x;
  let q = rest % ${Math.ceil(height / across)}u * ${across}u + lane / ${along}u;
  rest /= ${Math.ceil(height / across)}u;
  let p = rest % ${Math.ceil(width / along)}u * ${along}u + lane % ${along}u;
  rest /= ${Math.ceil(width / along)}u;
  ${lines}
  let i = ${indexOf(out, [...terms, [q, "(q * 4u)"]], 4)} + p;
  if (q >= ${height}u || p >= ${width}u || i >= params.len) { return; }
  ${crossings.map(load).join("\n  ")}
  ${makes.join("\n  ")}
}
`;
}

function byTiles(crossed: Crossed): string {
  const { out, p, q, crossings } = crossed;
  const { lines, terms } = otherAxes(crossed);
  const [width, height] = [out.shape[p]!, out.shape[q]!];
  const tile = ({ read, name }: Crossing) =>
    `var<workgroup> ${name}_tile: array<${computeType(read.dtype)}, ${SIDE * (SIDE + 1)}>;`;
  const load = ({ read, layout, name }: Crossing) =>
    `${name}_tile[k * ${SIDE + 1}u + lane.x] = ${computeType(read.dtype)}(${name}[${indexOf(layout, [...terms, [p, "(p0 + k)"]], 1)} + q0 + lane.x]);`;
  return `
${crossings.map(tile).join("\n")}
@compute @workgroup_size(${SIDE}, ${ROWS_AT_A_TIME})
fn main(
  @builtin(local_invocation_id) lane: vec3u, @builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u,
) {
  if (params.len == 0u) { return; }
  var rest = id.x + id.y * groups.x;
  let q0 = rest % ${Math.ceil(height / SIDE)}u * ${SIDE}u;
  rest /= ${Math.ceil(height / SIDE)}u;
  let p0 = rest % ${Math.ceil(width / SIDE)}u * ${SIDE}u;
  rest /= ${Math.ceil(width / SIDE)}u;
  ${lines}
  let first = ${indexOf(out, terms, 1)};
  for (var k = lane.y; k < ${SIDE}u; k += ${ROWS_AT_A_TIME}u) {
    if (q0 + lane.x < ${height}u && p0 + k < ${width}u && first < params.len) {
      ${crossings.map(load).join("\n      ")}
    }
  }
  workgroupBarrier();
  for (var k = lane.y; k < ${SIDE}u; k += ${ROWS_AT_A_TIME}u) {
    let i = first + (q0 + k) * ${out.strides[q]}u + p0 + lane.x;
    if (q0 + k < ${height}u && p0 + lane.x < ${width}u && i < params.len) {
      make(${["i", ...crossings.map(({ name }) => `${name}_tile[lane.x * ${SIDE + 1}u + k]`)].join(", ")});
    }
  }
}
`;
}
