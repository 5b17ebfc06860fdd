import { normalizeAxis } from "../core/shape";
import { argMaxDispatches } from "../families/argReductions";
import { rowParams } from "../families/rowwise";
import { checkDTypes, type KernelOp, record } from "../graph/op";
import { optionsOf } from "../graph/options";
import { reducedShape } from "../graph/reduction";
import type { Tensor } from "../graph/tensor";
import { reshape } from "./reshape";
import type { ReduceOptions } from "./sum";

export interface ArgAttrs {
  readonly axis: number;
  readonly keepDims: boolean;
}

/**
 * Where the maximum lies along an axis; of equal elements, the first. A NaN counts as the maximum, as in PyTorch. No
 * gradient flows.
 * @param x f32, i32 or u32
 * @param axis default: all of x as one row
 * @returns i32 indices along the axis
 * @throws ShapeError where the axis is out of range
 */
export const argMax = (x: Tensor, axis?: number, options: ReduceOptions = {}): Tensor =>
  recordArg(op, x, axis, options);

/** Records an op that finds an index along an axis, or in all of x. */
export function recordArg(op: KernelOp<ArgAttrs>, x: Tensor, axis: number | undefined, options: ReduceOptions): Tensor {
  const { keepDims = false } = optionsOf(op.name, options, "keepDims");
  if (axis !== undefined) return record(op, [x], { axis: normalizeAxis(op.name, x.shape, axis), keepDims });
  const found = record(op, [reshape(x, [x.size])], { axis: 0, keepDims: false });
  return keepDims ? reshape(found, Array(x.shape.length).fill(1)) : found;
}

/** The op that finds the largest or smallest element. */
export function argOp(name: string, smallest: boolean): KernelOp<ArgAttrs> {
  return {
    kind: "kernel",
    name,
    prologue: true,
    infer([x], { axis, keepDims }) {
      checkDTypes(name, [x!], ["f32", "i32", "u32"]);
      return [{ shape: reducedShape(name, x!.shape, [axis], keepDims), dtype: "i32" }];
    },
    lower: ([x], [out], { axis }, target) =>
      argMaxDispatches(x!, out!, rowParams(name, x!.shape, axis), smallest, target),
    vjp: () => [null],
  };
}

export const op = argOp("argMax", false);
