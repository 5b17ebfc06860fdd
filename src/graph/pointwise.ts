import { DTypeError } from "../core/errors";
import { broadcastShapes } from "../core/shape";
import type { ScalarFunction } from "../kernel/scalarFunction";
import { type PointwiseOp, record } from "./op";
import type { Tensor } from "./tensor";

type Vjp = (inputs: readonly Tensor[], dOut: Tensor, out: Tensor) => readonly (Tensor | null)[];

/** A pointwise op without attributes, from its scalar function. Inputs broadcast; autograd sums the gradient back. */
export function pointwise(fn: ScalarFunction, vjp: Vjp): PointwiseOp<object> {
  return pointwiseWith<object>(
    fn,
    () => [],
    (inputs, dOut, _, out) => vjp(inputs, dOut, out),
  );
}

/** A pointwise op with numbers for attributes, passed to its scalar function after the inputs. */
export function pointwiseWith<Attrs extends object>(
  fn: ScalarFunction,
  scalars: (attrs: Attrs) => readonly number[],
  vjp: (inputs: readonly Tensor[], dOut: Tensor, attrs: Attrs, out: Tensor) => readonly (Tensor | null)[],
): PointwiseOp<Attrs> {
  return {
    kind: "pointwise",
    name: fn.name,
    fn,
    scalars,
    infer(inputs) {
      const dtype = inputs[0]!.dtype;
      for (const [i, t] of inputs.entries()) {
        const wants = fn.params[i]!.type === "T" ? dtype : fn.params[i]!.type;
        if (t.dtype !== wants)
          throw new DTypeError(fn.name, `input ${i} has dtype ${t.dtype}`, { wants }, "cast it, or make it so");
      }
      const shape = broadcastShapes(
        fn.name,
        inputs.map((t) => t.shape),
      );
      return [{ shape, dtype: fn.result === "T" ? dtype : fn.result }];
    },
    vjp: (inputs, [dOut], attrs, [out]) => vjp(inputs, dOut!, attrs, out!),
  };
}

/** The gradient of a scalar function, itself a pointwise op: `d_x = fn(inputs…, d_out)`. It is not differentiated again. */
export function pointwiseGrad(fn: ScalarFunction): (...inputs: Tensor[]) => Tensor {
  const op = pointwise(fn, () => {
    throw new Error(`${fn.name}: second derivatives are not recorded`);
  });
  return (...inputs) => record(op, inputs, {});
}
