import pickKernel from "../../shaders/pick_along.wgsl";
import putKernel from "../../shaders/put_along.wgsl";
import { normalizeAxis, numel, type Shape } from "../core/shape";
import { type KernelOp, record } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { argSort, type SortOptions } from "./argSort";

export interface Sorted {
  readonly values: Tensor;
  /** i32: where each value lies in x along the axis. */
  readonly indices: Tensor;
}

/**
 * x sorted along an axis. Equal elements stay in their order; a NaN counts as larger than all numbers. The gradient of a
 * value goes to the element that it is.
 * @param x f32, i32 or u32
 * @param axis default the last
 * @returns values and i32 indices, both of the shape of x
 * @throws ShapeError where the axis is out of range
 */
export function sort(x: Tensor, axis = -1, options: SortOptions = {}): Sorted {
  const indices = argSort(x, normalizeAxis("sort", x.shape, axis), options);
  return { values: pickAlong(x, indices, axis), indices };
}

interface AlongAttrs {
  readonly axis: number;
  /** Size of the axis that indices point along. */
  readonly n: number;
}

/** The elements that indices name along an axis; indices of a row differ. */
export const pickAlong = (x: Tensor, indices: Tensor, axis: number): Tensor => {
  const d = normalizeAxis("sort", x.shape, axis);
  return record(pick, [x, indices], { axis: d, n: x.shape[d]! });
};

const sizes = (shape: Shape, axis: number) => ({ K: shape[axis]!, INNER: numel(shape.slice(axis + 1)) });

const pick: KernelOp<AlongAttrs> = {
  kind: "kernel",
  name: "pick_along",
  infer: ([x, indices]) => [{ shape: indices!.shape, dtype: x!.dtype }],
  lower([x, indices], [out], { axis, n }) {
    const buffers = { x: x!, indices: indices!, out: out! };
    const constants = sizes(indices!.shape, axis);
    return [pickKernel.dispatch({ buffers, params: { len: out!.size, n }, constants, grid: out!.size })];
  },
  vjp: ([, indices], [dOut], attrs) => [record(put, [dOut!, indices!], attrs), null],
};

const put: KernelOp<AlongAttrs> = {
  kind: "kernel",
  name: "put_along",
  infer: ([x], { axis, n }) => [{ shape: x!.shape.with(axis, n), dtype: x!.dtype }],
  lower([x, indices], [out], { axis, n }) {
    const buffers = { x: x!, indices: indices!, out: out! };
    const along = sizes(x!.shape, axis);
    const launch = (len: number, FILL: number) =>
      putKernel.dispatch({ buffers, params: { len, n }, constants: { FILL, ...along }, grid: len });
    return x!.size === out!.size ? [launch(x!.size, 0)] : [launch(out!.size, 1), launch(x!.size, 0)];
  },
  vjp: ([, indices], [dOut], attrs) => [record(pick, [dOut!, indices!], attrs), null],
};
