import type { DType } from "../core/dtype";
import type { Layout } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { type Binding, type BufferRef, type Dispatch, type Param, packParams, type Variant } from "../kernel/kernel";
import { enablesIn, withHalves } from "../kernel/variant";
import type { Writer } from "./writer";

/** The WGSL type of an element, or of four. */
export const elementType = (dtype: DType, vector: boolean): string => (vector ? `vec4<${dtype}>` : dtype);

/** An epilogue for four values that calls one for a single value. */
export function fourOf(one: string, byChannel: boolean): string {
  const calls = ["x", "y", "z", "w"].map(
    (lane, n) => `${one}(value.${lane}, i + ${n}u${byChannel ? `, channel + ${n}u` : ""})`,
  );
  return `fn epilogue(value: vec4f, i: u32${byChannel ? ", channel: u32" : ""}) -> vec4f {
  return vec4f(${calls.join(", ")});
}`;
}

/** A read of four neighbours that calls one of a single element. */
export function fourElementsOf(one: string, type: string): string {
  const calls = ["i", "i + 1u", "i + 2u", "i + 3u"].map((i) => `${one}(${i})`);
  return `fn element(i: u32) -> ${type} {\n  return ${type}(${calls.join(", ")});\n}`;
}

/** Whether a kernel writes f16 to `out` exactly where `out` is f16: many kernels can write f32 only. */
export function fitsHalves({ variant, buffers }: Dispatch, out: Tensor): boolean {
  const { name } = variant.bindings[buffers.indexOf(out)]!;
  return new RegExp(`> ${name}: array<(vec4<)?f16`).test(variant.code) === (out.dtype === "f16");
}

/** A buffer as a composed kernel declares it: name and element type. */
interface Declared {
  readonly name: string;
  readonly type: string;
}

/** Declares a buffer. */
export const bindingOf = (binding: number, name: string, type: string, isWritten: boolean): string =>
  `@group(0) @binding(${binding}) var<storage, ${isWritten ? "read_write" : "read"}> ${name}: array<${type}>;`;

/** Declares buffers that are read, from binding `first` on. */
export const readBindings = (declared: readonly Declared[], first: number): string[] =>
  declared.map(({ name, type }, n) => bindingOf(first + n, name, type, false));

/** Declares a buffer that is written. */
export const writeBinding = (binding: number, name: string, type: string): string =>
  bindingOf(binding, name, type, true);

/** Declares the type of a kernel's parameters. */
export const paramsStruct = (fields: readonly Param[]): string =>
  `struct Params { ${fields.map((f) => `${f.name}: ${f.type}`).join(", ")} }`;

/** Declares the parameters. */
export const uniformBinding = (binding: number): string =>
  `@group(0) @binding(${binding}) var<uniform> params: Params;`;

/** The beginning of a composed kernel's text, before its `main`. @param withTail whether it has {@link TAIL_HOOK} */
export const declarations = (
  { functions, width }: Writer,
  fields: readonly Param[],
  read: readonly Declared[],
  { dtype }: { readonly dtype: DType },
  withTail: boolean,
): string => `${paramsStruct(fields)}
${readBindings(read, 0).join("\n")}
${writeBinding(read.length, "out", elementType(dtype, width === 4))}
${uniformBinding(read.length + 1)}

${functions}${withTail ? `\nfn tail(value: ${width === 4 ? "vec4f" : "f32"}, i: u32) {}` : ""}
`;

/** A composed kernel, which begins with {@link declarations}. */
export function composedVariant(
  v: Pick<Variant, "name" | "code" | "params" | "workgroupSize">,
  read: readonly Declared[],
): Variant {
  const code = withHalves(v.code);
  const bindings: Binding[] = [...reads(read), { name: "out", access: "write" }];
  return { ...v, key: code, code, bindings, enables: enablesIn(code), hook: false };
}

export const reads = (declared: readonly Declared[]): Binding[] =>
  declared.map(({ name }) => ({ name, access: "read" }));

/** The code without its first binding, and with the others moved to make room for `others` new ones before them. */
export const withoutFirst = (code: string, others: number): string =>
  code
    .replace(/@group\(0\) @binding\(0\) .*\n/, "")
    .replace(/@binding\((\d+)\)/g, (_, n: string) => `@binding(${Number(n) - 1 + others})`);

/** What something hung on a kernel adds to it. */
type Added = Pick<Writer, "fields" | "values" | "flops">;

/** A kernel with something hung on it, but for the added fields of `params`. */
interface Hung {
  readonly text: string;
  readonly name: string;
  readonly bindings: readonly Binding[];
  readonly buffers: readonly BufferRef[];
  /** Whether more can be hung on. */
  readonly hook?: boolean;
}

/** The dispatch of a kernel with something hung on it. */
export const hungOn = (d: Dispatch, { fields, values, flops }: Added, hung: Hung): Dispatch =>
  joinedTo(d, { variant: { params: fields }, params: packParams(fields, values), flops }, hung);

/** The dispatch of a kernel with parameters and work of another. */
export function joinedTo(d: Dispatch, more: Parameterized & Pick<Dispatch, "flops">, hung: Hung): Dispatch {
  const { text, name, bindings, buffers, hook = false } = hung;
  const { params: fields } = more.variant;
  const code = withHalves(appendFields(text, fields));
  const params = [...d.variant.params, ...fields];
  return {
    ...d,
    variant: { ...d.variant, key: code, name, code, bindings, params, enables: enablesIn(code), hook },
    buffers,
    params: joinedParams([d, more]),
    flops: d.flops + more.flops,
  };
}

/** The code with further fields at the end of `struct Params`. */
const appendFields = (code: string, fields: readonly Param[]): string =>
  code.replace(
    /(struct Params \{[^}]*?),?\s*\}/,
    (_, own: string) => `${own}${fields.map((f) => `, ${f.name}: ${f.type}`).join("")} }`,
  );

/** Fields of parameters, with their values. */
interface Parameterized {
  readonly variant: Pick<Variant, "params">;
  readonly params: ArrayBuffer;
}

/** The parameters of all, one after the other. */
export function joinedParams(all: readonly Parameterized[]): ArrayBuffer {
  const words = all.flatMap(({ variant, params }) => [...new Uint32Array(params, 0, variant.params.length)]);
  const padded = new Uint32Array(Math.ceil(words.length / 4) * 4);
  padded.set(words);
  return padded.buffer;
}

/**
 * WGSL that computes where element `i` of a layout is: `start + Σ coordinate · stride`. Sizes are constants in it: a division by
 * a constant is compiled to a multiplication, any other takes about as long as the rest of a kernel. Negative strides are
 * written modulo 2³²: u32 arithmetic wraps, so the sum is right.
 * @param x prefix of the names in it
 * @param i WGSL of the element's number
 * @param start WGSL of the layout's offset; empty for 0
 * @returns the lines, and the expression of the index
 */
export function indexLines(
  x: string,
  { shape, strides }: Layout,
  i: string,
  start: string,
): { lines: string[]; at: string } {
  const terms = start ? [start] : [];
  const rest = `${x}_rest`;
  const lines = [`var ${rest} = ${i};`];
  for (let d = shape.length - 1; d >= 0; d--) {
    const outermost = d === 0;
    const size = `${shape[d]}u`;
    if (strides[d] !== 0) {
      const coordinate = `${x}_${d}`;
      lines.push(`let ${coordinate} = ${outermost ? rest : `${rest} % ${size}`};`);
      terms.push(strides[d] === 1 ? coordinate : `${coordinate} * ${strides[d]! >>> 0}u`);
    }
    if (!outermost) lines.push(`${rest} /= ${size};`);
  }
  return { lines, at: terms.join(" + ") || "0u" };
}
