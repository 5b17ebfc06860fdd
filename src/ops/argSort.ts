import { ShapeError } from "../core/errors";
import { normalizeAxis, showShape } from "../core/shape";
import { orderDispatches } from "../families/order";
import { rowParams } from "../families/rowwise";
import { checkDTypes, type KernelOp, record } from "../graph/op";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";

export interface SortOptions {
  /** The largest first; default false. */
  readonly descending?: boolean;
}

interface OrderAttrs {
  readonly axis: number;
  /** How many of the first elements are wanted. */
  readonly keep: number;
  readonly descending: boolean;
}

/**
 * The indices that sort x along an axis. Equal elements stay in their order; a NaN counts as larger than all numbers. No
 * gradient flows.
 * @param x f32, i32 or u32
 * @param axis default the last
 * @returns i32 of the shape of x
 * @throws ShapeError where the axis is out of range
 */
export const argSort = (x: Tensor, axis = -1, options: SortOptions = {}): Tensor =>
  firstInOrder("argSort", x, axis, null, optionsOf("argSort", options, "descending").descending ?? false);

/** The indices of the first `keep` elements along an axis in order; for null all. @throws ShapeError */
export function firstInOrder(name: string, x: Tensor, axis: number, keep: number | null, descending: boolean): Tensor {
  const d = normalizeAxis(name, x.shape, axis);
  const n = x.shape[d]!;
  if (keep !== null && !(Number.isInteger(keep) && keep >= 1 && keep <= n))
    throw new ShapeError(name, `wants k from 1 to ${n}, not ${keep}`, { x: showShape(x.shape), axis: String(axis) });
  return record(op, [x], { axis: d, keep: keep ?? n, descending });
}

export const op: KernelOp<OrderAttrs> = {
  kind: "kernel",
  name: "argSort",
  infer([x], { axis, keep }) {
    checkDTypes("argSort", [x!], ["f32", "i32", "u32"]);
    return [{ shape: x!.shape.with(axis, keep), dtype: "i32" }];
  },
  lower: ([x], [out], { axis, keep, descending }, target) =>
    orderDispatches({ x: x!, out: out!, row: rowParams("argSort", x!.shape, axis), keep, descending, target }),
  vjp: () => [null],
};
