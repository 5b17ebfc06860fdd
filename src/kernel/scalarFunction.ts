import { computeType, type DType, type WordType } from "../core/dtype";

/**
 * A scalar function written in WGSL, one file of `shaders/pointwise/`. Where its text names the type alias `T`, it is
 * generic over f32, i32 and u32.
 */
export interface ScalarFunction {
  readonly name: string;
  readonly code: string;
  /** A `vec2u` is the same for all elements: both elements of an input of two. */
  readonly params: readonly { readonly name: string; readonly type: "T" | "f32" | "i32" | "u32" | "bool" | "vec2u" }[];
  readonly result: "T" | "f32" | "i32" | "u32";
  /** Whether the number of the element follows on `params`. */
  readonly placed?: boolean;
  /** Whether there is a function for four neighbours, too, of which the number is the first's: `<name>_by_four`. */
  readonly byFour?: boolean;
}

/** Whether an input is a pair that is the same for all elements. */
export const isPair = (fn: ScalarFunction, input: number): boolean => fn.params[input]!.type === "vec2u";

/** What `T` is computed in: the dtype of the first input that is declared so; undefined where none is. */
export function genericType(fn: ScalarFunction, inputs: readonly DType[]): WordType | undefined {
  const first = inputs[fn.params.findIndex((p) => p.type === "T")];
  return first && computeType(first);
}

/**
 * The function's WGSL for an element type, under a name of its own where it is generic.
 * @param prefix before the name, and those of functions that come with it, so that several places of one kernel may bring the same
 *   function along
 */
export function instantiate(fn: ScalarFunction, dtype: string, prefix = ""): { name: string; code: string } {
  const generic = fn.result === "T" || fn.params.some((p) => p.type === "T");
  const name = `${prefix}${fn.name}${generic ? `_${dtype}` : ""}`;
  const code = fn.code.replace(new RegExp(`\\bfn ${fn.name}\\b`), `fn ${name}`);
  return { name, code: withPrefix(generic ? code.replace(/\bT\b/g, dtype) : code, name, prefix) };
}

/** The code with the prefix before the names of all functions but the one called `own`, which has it. */
function withPrefix(code: string, own: string, prefix: string): string {
  const others = [...code.matchAll(/\bfn (\w+)/g)].map(([, name]) => name!).filter((name) => name !== own);
  if (!prefix || !others.length) return code;
  return code.replace(new RegExp(`\\b(${others.join("|")})\\(`, "g"), `${prefix}$1(`);
}
