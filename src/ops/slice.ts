import { ShapeError } from "../core/errors";
import { normalizeAxis, showShape } from "../core/shape";
import { record, type ViewOp } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { pad } from "./pad";

interface SliceAttrs {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Elements `start` … `end − 1` along one axis, without a copy.
 * @param axis negative counts from the last
 * @param start, end negative count from the end; default the whole axis
 * @throws ShapeError where the range is empty or leaves the axis
 */
export function slice(x: Tensor, axis: number, start = 0, end?: number): Tensor {
  const d = normalizeAxis("slice", x.shape, axis);
  const size = x.shape[d]!;
  const fromEnd = (i: number) => (i < 0 ? i + size : i);
  return record(op, [x], { axis: d, start: fromEnd(start), end: fromEnd(end ?? size) });
}

export const op: ViewOp<SliceAttrs> = {
  kind: "view",
  name: "slice",
  infer([x], { axis, start, end }) {
    if (!(Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start < end && end <= x!.shape[axis]!))
      throw new ShapeError("slice", `range ${start}…${end} of axis ${axis}`, { x: showShape(x!.shape) });
    return [{ shape: x!.shape.map((size, d) => (d === axis ? end - start : size)), dtype: x!.dtype }];
  },
  view: ({ shape, strides, offset }, { axis, start, end }) => ({
    shape: shape.map((size, d) => (d === axis ? end - start : size)),
    strides,
    offset: offset + start * strides[axis]!,
  }),
  vjp: ([x], [dOut], { axis, start, end }) => [pad(dOut!, axis, start, x!.shape[axis]! - end)],
};
