import type { DType } from "../core/dtype";
import { type Dispatch, type Param, packParams } from "../kernel/kernel";

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

/** The declaration of a buffer that is read. */
export const readBinding = (n: number, name: string, type: string): string =>
  `@group(0) @binding(${n}) var<storage, read> ${name}: array<${type}>;`;

/** The code with further fields behind those of `struct Params`. */
export const appendFields = (code: string, fields: readonly Param[]): string =>
  code.replace(
    /(struct Params \{[^}]*?),?\s*\}/,
    (_, own: string) => `${own}${fields.map((f) => `, ${f.name}: ${f.type}`).join("")} }`,
  );

/** The parameters of a dispatch, with further ones behind them. */
export function appendParams(
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
