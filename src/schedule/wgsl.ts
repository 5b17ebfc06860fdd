import type { DType } from "../core/dtype";
import type { Layout } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { type Binding, type BufferRef, type Dispatch, type Param, packParams } from "../kernel/kernel";
import { enablesIn } from "../kernel/variant";

/** How WGSL spells an element of a binding. */
export const elementType = (dtype: DType, vector: boolean): string => (vector ? `vec4<${dtype}>` : dtype);

/** An epilogue for four values, made of one for a single value. */
export function fourOf(one: string, byChannel: boolean): string {
  const calls = ["x", "y", "z", "w"].map(
    (lane, n) => `${one}(value.${lane}, i + ${n}u${byChannel ? `, channel + ${n}u` : ""})`,
  );
  return `fn epilogue(value: vec4f, i: u32${byChannel ? ", channel: u32" : ""}) -> vec4f {
  return vec4f(${calls.join(", ")});
}`;
}

/** A read of four neighbours, made of one of a single element. */
export function fourElementsOf(one: string, type: string): string {
  const calls = ["i", "i + 1u", "i + 2u", "i + 3u"].map((i) => `${one}(${i})`);
  return `fn element(i: u32) -> ${type} {\n  return ${type}(${calls.join(", ")});\n}`;
}

/** The code, allowed to name f16. */
export const withHalves = (code: string, halves: boolean): string =>
  halves && !/^enable f16;/m.test(code) ? `enable f16;\n${code}` : code;

/** Whether a kernel writes to `out` in f16 just where `out` is f16: not all can make either. */
export function fitsHalves({ variant, buffers }: Dispatch, out: Tensor): boolean {
  const { name } = variant.bindings[buffers.indexOf(out)]!;
  return new RegExp(`> ${name}: array<(vec4<)?f16`).test(variant.code) === (out.dtype === "f16");
}

/** A buffer as a composed kernel declares it: its name there and its element type. */
export interface Declared {
  readonly name: string;
  readonly type: string;
}

/** The declarations of buffers that are read, from binding `first` on. */
export const readBindings = (declared: readonly Declared[], first: number): string[] =>
  declared.map(({ name, type }, n) => `@group(0) @binding(${first + n}) var<storage, read> ${name}: array<${type}>;`);

/** The declaration of a buffer that is written. */
export const writeBinding = (binding: number, name: string, type: string): string =>
  `@group(0) @binding(${binding}) var<storage, read_write> ${name}: array<${type}>;`;

export const reads = (declared: readonly Declared[]): Binding[] =>
  declared.map(({ name }) => ({ name, access: "read" }));

/** The code without its first binding, and with room for others before those that are left. */
export const withoutFirst = (code: string, others: number): string =>
  code
    .replace(/@group\(0\) @binding\(0\) .*\n/, "")
    .replace(/@binding\((\d+)\)/g, (_, n: string) => `@binding(${Number(n) - 1 + others})`);

/** What a kernel takes and does besides, for what is hung on it. */
interface Added {
  readonly fields: readonly Param[];
  readonly values: Record<string, number>;
  readonly halves: boolean;
  readonly flops: number;
}

/** A kernel with something hung on: all but the fields that this adds to `params`. */
interface Hung {
  readonly text: string;
  readonly name: string;
  readonly bindings: readonly Binding[];
  readonly buffers: readonly BufferRef[];
  /** Whether more can be hung on. */
  readonly hook?: boolean;
}

/** The dispatch of a kernel with something hung on. */
export function hungOn(d: Dispatch, { fields, values, halves, flops }: Added, hung: Hung): Dispatch {
  const { text, name, bindings, buffers, hook = false } = hung;
  const code = withHalves(appendFields(text, fields), halves);
  const params = [...d.variant.params, ...fields];
  return {
    ...d,
    variant: { ...d.variant, key: code, name, code, bindings, params, enables: enablesIn(code), hook },
    buffers,
    params: appendParams(d, fields, values),
    flops: d.flops + flops,
  };
}

/** The code with further fields behind those of `struct Params`. */
const appendFields = (code: string, fields: readonly Param[]): string =>
  code.replace(
    /(struct Params \{[^}]*?),?\s*\}/,
    (_, own: string) => `${own}${fields.map((f) => `, ${f.name}: ${f.type}`).join("")} }`,
  );

/** The parameters of a dispatch, with further ones behind them. */
function appendParams(
  { variant, params }: Dispatch,
  fields: readonly Param[],
  values: Record<string, number>,
): ArrayBuffer {
  const own = 4 * variant.params.length;
  const more = new Uint8Array(packParams(fields, values));
  const bytes = new Uint8Array(Math.ceil((own + 4 * fields.length) / 16) * 16);
  bytes.set(new Uint8Array(params, 0, own));
  bytes.set(more.subarray(0, 4 * fields.length), own);
  return bytes.buffer;
}

/**
 * `start + Σ coordinate · stride`, taking the coordinates off the element's number from the innermost on. Sizes are
 * constants: dividing by a number that is known costs a multiplication, by one that is not about as much as all the rest.
 * A negative stride is written modulo 2³², as u32 arithmetic wraps: the sum is an index again.
 * @param start the layout's offset, in WGSL; nothing for 0
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
