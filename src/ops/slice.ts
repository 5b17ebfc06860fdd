import { ShapeError } from "../core/errors";
import { normalizeAxis, type Shape, showShape } from "../core/shape";
import { checkTensors, record, type ViewOp } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { flip } from "./flip";
import { place } from "./pad";

/** By axis of the input. */
interface SliceAttrs {
  readonly starts: readonly number[];
  readonly sizes: readonly number[];
  readonly steps: readonly number[];
}

/** A number for one axis, one for each of several, or left out. */
export type PerAxis = number | undefined | readonly (number | undefined)[];

/**
 * Elements `start`, `start + step`, … before `end` along one axis or several, without a copy. As in Python, except that a
 * range that leaves the axis is refused. Where that is all of x, x itself is returned.
 *
 * @param axis one, or several; then start, end and step are lists too. Negative counts from the last
 * @param start the first element; negative counts from the end. Default the whole axis; start, end or step is given
 * @param end the element to stop before; negative counts from the end
 * @param step default 1; where it is negative, start and end default to the last element and the first (included)
 * @throws ShapeError where no range is given, one is empty or leaves the axis, an axis is named twice, or a step is 0
 */
export function slice(
  x: Tensor,
  axis: number | readonly number[],
  start?: PerAxis,
  end?: PerAxis,
  step?: PerAxis,
): Tensor {
  checkTensors("slice", [x]);
  const given = typeof axis === "number" ? [axis] : axis;
  if (!Array.isArray(given))
    throw new ShapeError("slice", `axis ${axis}`, { wants: "a number, or a list", x: showShape(x.shape) });
  const axes = (given as readonly number[]).map((a) => normalizeAxis("slice", x.shape, a));
  if (new Set(axes).size !== axes.length)
    throw new ShapeError("slice", "an axis is named twice", { axes: showShape(axes), x: showShape(x.shape) });
  if (start === undefined && end === undefined && step === undefined)
    throw new ShapeError("slice", "no range is given", { axis: String(axis) }, "slice(x, axis, start, end)");
  const [starts, sizes, steps] = [x.shape.map(() => 0), [...x.shape], x.shape.map(() => 1)];
  axes.forEach((d, i) => {
    const at = (p: PerAxis) => (typeof p === "object" ? p[i] : p);
    [starts[d], sizes[d], steps[d]] = range(x.shape, d, at(start), at(end), at(step) ?? 1);
  });
  const isWhole = sizes.every((size, d) => size === x.shape[d] && steps[d] === 1);
  return isWhole ? x : record(op, [x], { starts, sizes, steps });
}

/** First element, number of elements and step. */
function range(shape: Shape, d: number, start: number | undefined, end: number | undefined, step: number) {
  const size = shape[d]!;
  const fromEnd = (i: number) => (i < 0 ? i + size : i);
  const first = start === undefined ? (step < 0 ? size - 1 : 0) : fromEnd(start);
  const stop = end === undefined ? (step < 0 ? -1 : size) : fromEnd(end);
  const count = Math.ceil((stop - first) / step);
  const whole = [first, stop, step].every(Number.isInteger) && step !== 0;
  if (!whole || count < 1 || first < 0 || first >= size || stop < -1 || stop > size)
    throw new ShapeError("slice", `range ${first}…${stop}${step === 1 ? "" : ` by ${step}`} of axis ${d}`, {
      x: showShape(shape),
    });
  return [first, count, step] as const;
}

export const op: ViewOp<SliceAttrs> = {
  kind: "view",
  name: "slice",
  infer: ([x], { sizes }) => [{ shape: sizes, dtype: x!.dtype }],
  view: ({ strides, offset }, { starts, sizes, steps }) => ({
    shape: sizes,
    strides: strides.map((s, d) => s * steps[d]!),
    offset: strides.reduce((n, s, d) => n + s * starts[d]!, offset),
  }),
  // An axis that was read backwards is reversed, so that all steps are positive.
  vjp([x], [dOut], { starts, sizes, steps }) {
    const backwards = steps.flatMap((step, d) => (step < 0 ? [d] : []));
    const firsts = starts.map((start, d) => (steps[d]! < 0 ? start + (sizes[d]! - 1) * steps[d]! : start));
    return [place(flip(dOut!, backwards), x!.shape, firsts, steps.map(Math.abs))];
  },
};
