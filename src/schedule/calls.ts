import { computeType, type DType } from "../core/dtype";
import type { ScalarFunction } from "../kernel/scalarFunction";

/** An argument of a call. */
interface Argument {
  readonly name: string;
  /** Whether it is a vector with a value for each of four neighbours. */
  readonly vector: boolean;
}

/** The kernel around a call. */
interface Context {
  readonly prefix: string;
  /** Number of neighbours that are computed at a time. */
  readonly width: 1 | 4;
  /** The dtype of the result. */
  readonly dtype: DType;
  /** WGSL of the number of the first of them. */
  readonly first: string;
}

/** WGSL that calls a function, by the name that it has in the kernel, for one element or for four neighbours. */
export function callOf(fn: ScalarFunction, name: string, args: readonly Argument[], context: Context): string {
  const { prefix, width, dtype, first } = context;
  const call = (called: string, lane: string, at: string) => {
    const values = args.map((a) => (a.vector ? a.name + lane : a.name));
    return `${called}(${[...values, ...(fn.placed ? [at] : [])].join(", ")})`;
  };
  if (width === 1) return call(name, "", first);
  if (fn.byFour) return call(`${prefix}${fn.name}_by_four`, "", first);
  return `vec4<${computeType(dtype)}>(${["x", "y", "z", "w"].map((lane, n) => call(name, `.${lane}`, `${first} + ${n}u`)).join(", ")})`;
}
