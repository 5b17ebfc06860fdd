import { computeType, type DType, type WordType } from "../core/dtype";

/**
 * A scalar function written in WGSL, one file of `shaders/pointwise/`. Where its text names the type alias `T`, it is
 * generic over f32, i32 and u32.
 */
export interface ScalarFunction {
  readonly name: string;
  readonly code: string;
  readonly params: readonly { readonly name: string; readonly type: "T" | "f32" | "i32" | "u32" | "bool" }[];
  readonly result: "T" | "f32" | "i32" | "u32";
}

/** What `T` is computed in: the dtype of the first input that is declared so; undefined where none is. */
export function genericType(fn: ScalarFunction, inputs: readonly DType[]): WordType | undefined {
  const first = inputs[fn.params.findIndex((p) => p.type === "T")];
  return first && computeType(first);
}

/**
 * The function's WGSL for an element type, under a name of its own where it is generic.
 * @param prefix before the name, so that several places of one kernel may bring the same function along
 */
export function instantiate(fn: ScalarFunction, dtype: string, prefix = ""): { name: string; code: string } {
  const generic = fn.result === "T" || fn.params.some((p) => p.type === "T");
  const name = `${prefix}${fn.name}${generic ? `_${dtype}` : ""}`;
  const code = fn.code.replace(new RegExp(`\\bfn ${fn.name}\\b`), `fn ${name}`);
  return { name, code: generic ? code.replace(/\bT\b/g, dtype) : code };
}
