import putKernel from "../../shaders/put_along.wgsl";
import putByFour from "../../shaders/put_along_by_four.wgsl";
import zeros from "../../shaders/zeros.wgsl";
import { normalizeAxis, numel } from "../core/shape";
import { gatherDispatch } from "../families/segments";
import { type KernelOp, record } from "../graph/op";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { argSort, type SortOptions } from "./argSort";
import { alongAxis } from "./gather";

export interface Sorted {
  /** Elements of x, in order. */
  readonly values: Tensor;
  /** i32: where each value lies in x along the axis. */
  readonly indices: Tensor;
}

/**
 * x sorted along an axis. Equal elements stay in their order; a NaN counts as larger than all numbers. The gradient of a
 * value goes to the element of x that it comes from.
 * @param x f32, i32 or u32
 * @param axis default the last
 * @returns values and i32 indices, both of the shape of x
 * @throws ShapeError where the axis is out of range
 */
export function sort(x: Tensor, axis = -1, options: SortOptions = {}): Sorted {
  const indices = argSort(x, normalizeAxis("sort", x.shape, axis), optionsOf("sort", options, "descending"));
  return { values: pickAlong(x, indices, axis), indices };
}

interface AlongAttrs {
  readonly axis: number;
  /** Size of the axis that indices point along. */
  readonly n: number;
}

/** The elements that indices name along an axis; no two indices of a row are equal. */
export const pickAlong = (x: Tensor, indices: Tensor, axis: number): Tensor => {
  const d = normalizeAxis("sort", x.shape, axis);
  return record(pick, [x, indices], { axis: d, n: x.shape[d]! });
};

const pick: KernelOp<AlongAttrs> = {
  kind: "kernel",
  name: "pick_along",
  infer: ([x, indices]) => [{ shape: indices!.shape, dtype: x!.dtype }],
  lower: ([x, indices], [out], { axis }, target) => [
    gatherDispatch(x!, indices!, out!, alongAxis(x!.shape, axis, indices!.shape[axis]!), target),
  ],
  vjp: ([, indices], [dOut], attrs) => [record(put, [dOut!, indices!], attrs), null],
};

const put: KernelOp<AlongAttrs> = {
  kind: "kernel",
  name: "put_along",
  infer: ([x], { axis, n }) => [{ shape: x!.shape.with(axis, n), dtype: x!.dtype }],
  lower([x, indices], [out], { axis, n }, { cpu }) {
    const buffers = { x: x!, indices: indices!, out: out! };
    const { shape, size } = x!;
    const constants = { K: shape[axis]!, INNER: numel(shape.slice(axis + 1)) };
    const byFour = (constants.INNER === 1 ? constants.K : constants.INNER) % 4 === 0;
    const [kernel, len] = byFour ? [putByFour, size / 4] : [putKernel, size];
    const put = kernel.dispatch({ buffers, params: { len, n }, constants, grid: len });
    if (size === out!.size) return [put];
    const fours = Math.ceil(out!.size / 4);
    const apart = cpu ? Math.ceil(fours / 8) : fours;
    return [zeros.dispatch({ buffers: { out: out! }, params: { len: fours, apart }, grid: apart }), put];
  },
  vjp: ([, indices], [dOut], attrs) => [record(pick, [dOut!, indices!], attrs), null],
};
