import whereEqual from "../../shaders/pointwise/where_equal.wgsl";
import { extremeRows, extremeSumDispatches } from "../families/extremeSums";
import { type KernelOp, type PointwiseOp, record } from "../graph/op";
import { pointwise } from "../graph/pointwise";
import { reducedShape, reductionDims } from "../graph/reduction";
import type { Tensor } from "../graph/tensor";
import { cast } from "./cast";
import { div } from "./div";
import { equal } from "./equal";
import { reshape } from "./reshape";
import { type ReduceAttrs, type ReduceOptions, reduceBy, reduction, sum } from "./sum";

/**
 * Maximum over axes. The gradient goes in equal parts to the elements that are the maximum.
 * @param x f32, i32 or u32; what a NaN gives depends on the device
 * @param axes one or several; default all
 * @returns dtype of x
 * @throws ShapeError where an axis is out of range
 */
export const max = (x: Tensor, axes?: number | readonly number[], options: ReduceOptions = {}): Tensor =>
  reduceBy(op, x, axes, options);

/** A share for each element that is the extreme, 0 for the others. */
const shared: PointwiseOp = pointwise(whereEqual, ([x, extreme], q) => [
  null,
  null,
  record(shared, [x!, extreme!, q], {}),
]);

/**
 * The op of a maximum or minimum; only the kernel's way of joining differs. Its second output, how many elements are the
 * extreme, is made where the gradient reads it; for reductions that those kernels do not know, the gradient counts by itself.
 */
export function extremeOp(name: "max" | "min"): KernelOp<ReduceAttrs> {
  const { infer, lower, ...rest } = reduction(name, ([x], [dOut], { axes }, [out, counted]) => {
    if (!dOut) return [null]; // what flows into the count alone, where the gradient divides by it
    const kept = reducedShape(name, x!.shape, axes, true);
    const extreme = reshape(out!, kept);
    const ties = extremeRows(reductionDims(x!.shape, axes))
      ? reshape(counted!, kept)
      : sum(cast(equal(x!, extreme), "f32"), axes, { keepDims: true });
    return [record(shared, [x!, extreme, div(reshape(dOut, kept), ties)], {})];
  });
  return {
    ...rest,
    infer(inputs, attrs) {
      const [out] = infer(inputs, attrs);
      return [out!, { shape: out!.shape, dtype: "f32" }];
    },
    lower(inputs, [out, ties], attrs, target, side, isRead) {
      const row = ties && isRead?.(ties) ? extremeRows(reductionDims(inputs[0]!.shape, attrs.axes)) : null;
      if (row) return extremeSumDispatches(inputs[0]!, [out!, ties!], row, name, target);
      return lower(inputs, [out!], attrs, target, side);
    },
  };
}

export const op = extremeOp("max");
