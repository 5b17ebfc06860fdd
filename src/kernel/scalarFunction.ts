import { computeType, type DType, type WordType } from "../core/dtype";

/**
 * A scalar function written in WGSL, one file of `shaders/pointwise/`. Where its text names the type alias `T`, it is
 * generic over f32, i32 and u32.
 */
export interface ScalarFunction {
  readonly name: string;
  readonly code: string;
  /** A `vec2u` is the same for all elements of the result: both elements of an input of two. */
  readonly params: readonly { readonly name: string; readonly type: "T" | "f32" | "i32" | "u32" | "bool" | "vec2u" }[];
  readonly result: "T" | "f32" | "i32" | "u32";
  /** Whether the number of the element is a further parameter, after `params`. */
  readonly placed?: boolean;
  /** Whether there is also a function for four neighbours, `<name>_by_four`, which takes the number of the first. */
  readonly byFour?: boolean;
}

/** Whether an input is a pair of numbers, the same for all elements of the result. */
export const isPair = (fn: ScalarFunction, input: number): boolean => fn.params[input]!.type === "vec2u";

/** The type that `T` stands for: that of the first input declared as `T`; undefined where none is. */
export function genericType(fn: ScalarFunction, inputs: readonly { readonly dtype: DType }[]): WordType | undefined {
  const first = inputs[fn.params.findIndex((p) => p.type === "T")];
  return first && computeType(first.dtype);
}

/**
 * The function's WGSL for an element type; a generic function gets a name of its own for each.
 * @param prefix goes before the names of the function and of those that it calls, so that several places of one kernel may each
 *   have their copy
 */
export function instantiate(fn: ScalarFunction, dtype: string, prefix = ""): { name: string; code: string } {
  const generic = fn.result === "T" || fn.params.some((p) => p.type === "T");
  const name = `${prefix}${fn.name}${generic ? `_${dtype}` : ""}`;
  const code = fn.code.replace(new RegExp(`\\bfn ${fn.name}\\b`), `fn ${name}`);
  return { name, code: withPrefix(generic ? code.replace(/\bT\b/g, dtype) : code, name, prefix) };
}

/** The code with the prefix before the names of all functions but `own`, which has it already. */
function withPrefix(code: string, own: string, prefix: string): string {
  const others = [...code.matchAll(/\bfn (\w+)/g)].map(([, name]) => name!).filter((name) => name !== own);
  if (!prefix || !others.length) return code;
  return code.replace(new RegExp(`\\b(${others.join("|")})\\(`, "g"), `${prefix}$1(`);
}
