import { normalizeAxes } from "../core/shape";
import { record, type ViewOp } from "../graph/op";
import type { Tensor } from "../graph/tensor";

interface FlipAttrs {
  readonly axes: readonly number[];
}

/**
 * Reverses the order of the elements along axes, without a copy.
 * @param x any dtype
 * @param axes one or several
 * @returns same shape
 * @throws ShapeError where an axis is out of range or named twice
 */
export function flip(x: Tensor, axes: number | readonly number[]): Tensor {
  const list = normalizeAxes("flip", x.shape, axes);
  return list.length ? record(op, [x], { axes: list }) : x;
}

export const op: ViewOp<FlipAttrs> = {
  kind: "view",
  name: "flip",
  infer: ([x]) => [x!],
  view: ({ shape, strides, offset }, { axes }) => ({
    shape,
    strides: strides.map((s, d) => (axes.includes(d) ? -s : s)),
    offset: axes.reduce((n, d) => n + (shape[d]! - 1) * strides[d]!, offset),
  }),
  vjp: (_, [dOut], { axes }) => [flip(dOut!, axes)],
};
