import type { KernelOp } from "../graph/op";
import { reducedShape } from "../graph/reduction";
import type { Tensor } from "../graph/tensor";
import { cast } from "./cast";
import { div } from "./div";
import { equal } from "./equal";
import { mul } from "./mul";
import { reshape } from "./reshape";
import { type ReduceAttrs, type ReduceOptions, reduceBy, reduction, sum } from "./sum";

/**
 * Maximum over axes. The gradient goes in equal parts to the elements that are the maximum.
 * @param x f32, i32 or u32; what comes of a NaN is left to the device
 * @param axes one or several; default all
 * @returns dtype of x
 * @throws ShapeError where an axis is out of range
 */
export const max = (x: Tensor, axes?: number | readonly number[], options: ReduceOptions = {}): Tensor =>
  reduceBy(op, x, axes, options);

/** The op of a maximum or minimum: they differ in the kernel's way of joining only. */
export function extremeOp(name: "max" | "min"): KernelOp<ReduceAttrs> {
  return reduction(name, ([x], [dOut], { axes }, [out]) => {
    const kept = reducedShape(name, x!.shape, axes, true);
    const mask = cast(equal(x!, reshape(out!, kept)), "f32");
    const share = div(reshape(dOut!, kept), sum(mask, axes, { keepDims: true }));
    return [mul(mask, share)];
  });
}

export const op = extremeOp("max");
