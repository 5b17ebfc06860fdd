import { type DType, typedArray } from "../core/dtype";
import { DataError, ShapeError } from "../core/errors";
import { type Shape, showShape } from "../core/shape";
import { constant } from "../graph/cast";
import type { Tensor } from "../graph/tensor";
import { checkValue } from "./full";
import { unsqueeze } from "./unsqueeze";

/** Most numbers: 4 GiB, more than a device binds. */
const MOST = 2 ** 30;

/**
 * The numbers start, start + step, start + 2·step, … before `end`. They are data: made once, at the call, and not by a kernel.
 *
 * `arange(end)` begins at 0.
 * @param step default 1; negative to count down
 * @param dtype default i32 where all three are integers, else f32
 * @returns [⌈(end − start) / step⌉]
 * @throws DataError where there are no such numbers, or more than 2³⁰; DTypeError where an integer dtype cannot hold one
 */
export function arange(start: number, end?: number, step = 1, dtype?: DType): Tensor {
  const [first, stop] = end === undefined ? [0, start] : [start, end];
  const count = Math.ceil((stop - first) / step);
  if (!(count >= 1 && count <= MOST))
    throw new DataError("arange", "no number, or too many", { start: `${first}`, end: `${stop}`, step: `${step}` });
  const type = dtype ?? ([first, stop, step].every(Number.isInteger) ? "i32" : "f32");
  const numbers = typedArray(type, count);
  for (let i = 0; i < count; i++) {
    const n = first + i * step;
    checkValue("arange", n, type);
    numbers[i] = n;
  }
  return constant([count], type, numbers);
}

/** The row numbers of the matrices of x as a column, i32 [M, 1], and their column numbers as a row, i32 [N]. */
export function diagonalPlaces(op: string, { shape }: { shape: Shape }, diagonal: number): [Tensor, Tensor] {
  const [rows, columns] = shape.slice(-2);
  if (rows === undefined || columns === undefined)
    throw new ShapeError(op, "wants matrices, or batches of them", { x: showShape(shape) });
  if (!Number.isInteger(diagonal)) throw new ShapeError(op, `no diagonal ${diagonal}`, { x: showShape(shape) });
  return [unsqueeze(arange(rows), 1), arange(columns)];
}
