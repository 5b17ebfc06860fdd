import { type Shape, type Spec, sameShape } from "../core/shape";
import type { KernelOp } from "../graph/op";
import { scratch, type Tensor } from "../graph/tensor";
import { type Dispatch, MAX_BUFFERS, type Param } from "../kernel/kernel";
import type { Target } from "../kernel/target";
import { withParamsAt } from "../kernel/variant";
import { tensorsOf } from "./dispatches";
import { elementType, hungOn, readBindings, reads, withoutFirst, writeBinding } from "./wgsl";
import { type Expression, Writer } from "./writer";

/** A tensor, and what is written to it. */
interface Written {
  readonly out: Tensor;
  readonly expression: Expression;
}

/** Reductions that share one launch. */
interface SideBySide {
  readonly members: readonly Tensor[];
  /** The elements that each of them joins. */
  readonly values: readonly Expression[];
  /** What else is computed from the elements, and written. */
  readonly besides: readonly Written[];
  /** The expression that stands for each result. */
  readonly reads: readonly Expression[];
  /** What is computed from the results, and written. */
  readonly stored: readonly Written[];
}

/**
 * The dispatches of reductions side by side.
 * @returns null where a kernel would bind too many buffers
 */
export function composeSiblings(group: SideBySide, target: Target): Dispatch[] | null {
  const { members, values, besides, reads, stored } = group;
  const joins = members.map(({ source }) => (source!.op as KernelOp).joins!(source!.inputs, source!.attrs));
  const [{ shape, dtype }] = members[0]!.source!.inputs as readonly [Tensor];
  const planes = (of: Shape) => scratch({ shape: [members.length, ...of], dtype });
  const [x, out] = [planes(shape), planes(members[0]!.shape)];
  const kinds = joins.map(({ kind }) => kind);
  const made = joins[0]!.sideBySide(kinds, x, out, joins[0]!.dims, target);
  const read = composeElements(values, besides, { shape, dtype }, made[0]!);
  if (!read) return null;
  const whole = [read, ...made.slice(1)];
  const results = reads.map((expression, k) => ({ expression, scale: joins[k]!.scale }));
  const last = composeStore(results, stored, whole.at(-1)!);
  return last && [...whole.slice(0, -1), last];
}

/** The functions by which reductions side by side (shaders/reduce*.wgsl) read elements and store results. */
const ELEMENT = /^fn element\(.*\n/m;
const ELEMENTS = /^fn elements\([\s\S]*?^\}\n/m;
const EPILOGUE = /^fn epilogue\(.*\n/m;
const STORE = /^fn store\([\s\S]*?^\}\n/m;

/**
 * The first dispatch of reductions side by side, changed to compute the elements to join instead of reading them from planes, and to
 * write `besides`.
 * @param values the elements that each reduction joins, in the shape of `of`
 * @param besides tensors of the same shape, and what is written to them
 * @returns null where the kernel would bind too many buffers
 */
function composeElements(
  values: readonly Expression[],
  besides: readonly Written[],
  of: Spec,
  d: Dispatch,
): Dispatch | null {
  const { variant } = d;
  const byFour = /^alias V = vec4</m.test(variant.code);
  const options = { prefix: "element_", byFour, gathers: false, counts: "elements" } as const;
  const w = new Writer([...values, ...besides.map((b) => b.expression)], of, options);
  const first = w.inputs.length;
  const added = first + besides.length;
  if (added + variant.bindings.length - 1 > MAX_BUFFERS) return null;
  const whole = w.width === 4;
  const type = elementType(of.dtype, whole);
  const name = whole === byFour ? "elements" : "elements_of_one";
  const stores = besides.map((_, n) => `beside_${n}[${whole ? "i / 4u" : "i"}] = ${w.results[values.length + n]};`);
  const text = [
    ...readBindings(w.bindings, 0),
    ...besides.map(({ out }, n) => writeBinding(first + n, `beside_${n}`, elementType(out.dtype, whole))),
    w.functions,
    `fn ${name}(i: u32) -> array<${type}, COUNT> {
  ${[w.lines, ...stores].join("\n  ")}
  return array<${type}, COUNT>(${w.results.slice(0, values.length).join(", ")});
}`,
    ...(name === "elements" ? [] : [fourOfEach(name, values.length)]),
    "",
  ].join("\n");
  const written = besides.map((_, n) => ({ name: `beside_${n}`, access: "write" as const }));
  const hung = hungOn(d, w, {
    text: withoutFirst(variant.code, added)
      .replace(ELEMENT, "")
      .replace(ELEMENTS, () => text),
    name: [w.name && `${w.name}→`, variant.name, besides.length ? `⇉${besides.length}` : ""].join(""),
    bindings: [...reads(w.bindings), ...written, ...variant.bindings.slice(1)],
    buffers: [...w.buffers, ...besides.map((b) => b.out), ...d.buffers.slice(1)],
  });
  return { ...hung, own: besides.length ? { reads: w.own, out: first } : undefined };
}

/** A read of four neighbours that calls one of a single element. */
function fourOfEach(one: string, count: number): string {
  const lanes = ["a", "b", "c", "d"];
  const reads = lanes.map((lane, n) => `let ${lane} = ${one}(i + ${n}u);`);
  const fours = Array.from({ length: count }, (_, k) => `V(${lanes.map((lane) => `${lane}[${k}]`).join(", ")})`);
  return `fn elements(i: u32) -> array<V, COUNT> {
  ${reads.join("\n  ")}
  return array<V, COUNT>(${fours.join(", ")});
}`;
}

/**
 * The last dispatch of reductions side by side, changed to write `written` instead of planes of results.
 * @param results the expression that stands for each result, and the factor of the result
 * @returns null where the kernel would bind too many buffers, or what is computed from the results differs in shape
 */
function composeStore(
  results: readonly { readonly expression: Expression; readonly scale: number }[],
  written: readonly Written[],
  d: Dispatch,
): Dispatch | null {
  const { variant } = d;
  const given = new Map(results.map(({ expression }, k) => [expression, `joined_${k}`] as const));
  const options = { prefix: "store_", byFour: false, gathers: false, counts: "elements", given } as const;
  // The results themselves may have other shapes of as many elements: with or without the dimensions that were reduced.
  const [computed = written[0]!, ...others] = written.filter((f) => !given.has(f.expression));
  if (others.some(({ out }) => !sameShape(out.shape, computed.out.shape))) return null;
  const expressions = written.map((f) => f.expression);
  const w = new Writer(expressions, computed.out, options);
  // The planes are bound last.
  const first = variant.bindings.length - 1;
  const outs = first + w.inputs.length;
  if (outs + written.length > MAX_BUFFERS) return null;
  const scaled = results.flatMap(({ scale }, k) => (scale === 1 ? [] : [{ name: `scale_${k}`, scale }]));
  const type = elementType(tensorsOf(d)[first]!.dtype, false);
  const value = (k: number) => `values[${k}]${results[k]!.scale === 1 ? "" : ` * ${type}(params.scale_${k})`}`;
  const text = [
    ...readBindings(w.bindings, first),
    ...written.map(({ out }, n) => writeBinding(outs + n, `made_${n}`, elementType(out.dtype, false))),
    w.functions,
    `fn store(values: array<${type}, COUNT>, i: u32) {
  ${[
    ...results.map((_, k) => `let joined_${k} = ${value(k)};`),
    w.lines,
    ...written.map((_, n) => `made_${n}[i] = ${w.results[n]};`),
  ].join("\n  ")}
}
`,
  ].join("\n");
  const bare = variant.code.replace(new RegExp(`@group\\(0\\) @binding\\(${first}\\) .*\\n`), "");
  const fields: Param[] = [...scaled.map(({ name }) => ({ name, type: "f32" as const })), ...w.fields];
  const values = { ...w.values, ...Object.fromEntries(scaled.map(({ name, scale }) => [name, scale])) };
  return hungOn(
    d,
    { fields, values, flops: w.flops },
    {
      text: withParamsAt(bare, outs + written.length)
        .replace(EPILOGUE, "")
        .replace(STORE, () => text),
      name: `${variant.name}×${results.length}${w.name && `+${w.name}`}`,
      bindings: [
        ...variant.bindings.slice(0, first),
        ...reads(w.bindings),
        ...written.map((_, n) => ({ name: `made_${n}`, access: "write" as const })),
      ],
      buffers: [...d.buffers.slice(0, first), ...w.buffers, ...written.map((f) => f.out)],
    },
  );
}
