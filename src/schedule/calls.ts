import { computeType, type DType } from "../core/dtype";
import type { ScalarFunction } from "../kernel/scalarFunction";

/** A value that a function is applied to. */
interface Argument {
  readonly name: string;
  /** Whether each of four neighbours has its own. */
  readonly vector: boolean;
}

/** Where a call stands. */
interface Context {
  readonly prefix: string;
  /** Elements that are computed at a time. */
  readonly width: 1 | 4;
  /** The dtype of the result. */
  readonly dtype: DType;
  /** The number of the first of these elements. */
  readonly first: string;
}

/** The call of a function, under the name it has there, for one element or for four neighbours. */
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
