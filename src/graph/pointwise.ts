import { computeType, type DType, isFloat } from "../core/dtype";
import { DTypeError } from "../core/errors";
import { broadcastShapes, type Spec } from "../core/shape";
import { genericType, isPair, type ScalarFunction } from "../kernel/scalarFunction";
import { checkDTypes, type PointwiseOp } from "./op";
import type { Tensor } from "./tensor";

type Vjp = (inputs: readonly Tensor[], dOut: Tensor, out: Tensor) => readonly (Tensor | null)[];

interface PointwiseOptions {
  /** The op's name in errors and plans; default that of its scalar function, which must not be a WGSL builtin's. */
  readonly name?: string;
  /** The dtypes that a generic function is for; default all. */
  readonly dtypes?: readonly DType[];
}

/** A pointwise op without attributes, from its scalar function. Inputs broadcast; autograd sums the gradient back. */
export function pointwise(fn: ScalarFunction, vjp: Vjp, options?: PointwiseOptions): PointwiseOp<object> {
  return pointwiseWith<object>(
    fn,
    () => [],
    (inputs, dOut, _, out) => vjp(inputs, dOut, out),
    options,
  );
}

/**
 * A pointwise op whose attributes are numbers, passed to its scalar function after the inputs. Inputs that the function
 * declares as `T` must share one dtype, where f16 counts as f32, in which it is computed. A float result is f16 where all float
 * inputs are.
 */
export function pointwiseWith<Attrs extends object>(
  fn: ScalarFunction,
  scalars: (attrs: Attrs) => readonly number[],
  vjp: (inputs: readonly Tensor[], dOut: Tensor, attrs: Attrs, out: Tensor) => readonly (Tensor | null)[],
  { name = fn.name, dtypes }: PointwiseOptions = {},
): PointwiseOp<Attrs> {
  return {
    kind: "pointwise",
    name,
    fn,
    scalars,
    infer(inputs) {
      const generic = genericType(fn, inputs);
      if (dtypes) checkDTypes(name, inputs, dtypes.includes("f32") ? [...dtypes, "f16"] : dtypes);
      checkParams(name, fn, inputs, generic);
      const shapes = inputs.flatMap((t, n) => (isPair(fn, n) ? [] : [t.shape]));
      const dtype = fn.result === "T" ? generic! : fn.result;
      const floats = inputs.filter((t) => isFloat(t.dtype));
      const halves = dtype === "f32" && floats.length > 0 && floats.every((t) => t.dtype === "f16");
      return [{ shape: broadcastShapes(name, shapes), dtype: halves ? "f16" : dtype }];
    },
    vjp: (inputs, [dOut], attrs, [out]) => vjp(inputs, dOut!, attrs, out!),
  };
}

/** @throws DTypeError where an input has not the type that the function declares */
function checkParams(name: string, fn: ScalarFunction, inputs: readonly Spec[], generic: DType | undefined): void {
  for (const [i, t] of inputs.entries()) {
    const { type } = fn.params[i]!;
    const wants = isPair(fn, i) ? "u32" : type === "T" ? generic! : type;
    if (computeType(t.dtype) !== wants)
      throw new DTypeError(name, `input ${i} has dtype ${t.dtype}`, { wants }, "cast it, or make it so");
  }
}

/** The vjp of ops without a gradient: comparisons, masks, integers, step functions. */
export const noGradient = (inputs: readonly Tensor[]): null[] => inputs.map(() => null);
