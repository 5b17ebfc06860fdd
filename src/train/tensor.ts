import { type DType, dtypeOf, type Numbers, type TypedArray, typedArray, type WordType } from "../core/dtype";
import { DataError, DTypeError, ShapeError } from "../core/errors";
import { checkShape, numel, type Shape, showShape } from "../core/shape";
import { checkList } from "../graph/options";
import { data, type Tensor } from "../graph/tensor";
import { checkNumbers } from "./checkNumbers";

/** Numbers in rows, rows in matrices, and so on. */
export type Nested = number | readonly Nested[];

/**
 * A tensor with a copy of the given numbers.
 * @param values in row-major order, or nested lists, which give the shape
 * @param shape default: one dimension, or that of the nesting
 * @param dtype default: that of the typed array, else f32
 * @throws ShapeError where the number of values does not fit or rows differ in length; DataError where one is NaN, or none that
 *   an integer dtype holds; DTypeError where a typed array is of another dtype, or the dtype is f16
 */
export function tensor(values: Numbers | readonly Nested[], shape?: Shape, dtype?: DType): Tensor {
  if (shape !== undefined) checkList("tensor", "the shape", shape);
  if (typeof values !== "object" || values === null)
    throw new DTypeError(
      "tensor",
      `the values are ${String(values)}`,
      { wants: "a list" },
      "a scalar is full([], value)",
    );
  const given = Array.isArray(values)
    ? { shape: shapeOf(values), numbers: values.flat(Infinity) as number[] }
    : undefined;
  const array = given ? arrayOf(wordType(dtype ?? "f32"), given.numbers) : (values as Numbers);
  const spec = { shape: shape ?? given?.shape ?? [array.length], dtype: dtypeOf(array) };
  if (dtype !== undefined && dtype !== spec.dtype)
    throw new DTypeError(
      "tensor",
      `values of dtype ${spec.dtype}`,
      { wants: dtype },
      "pass the array's own dtype, or cast",
    );
  checkShape("tensor", spec.shape);
  if (numel(spec.shape) !== array.length)
    throw new ShapeError("tensor", `${array.length} values`, { shape: showShape(spec.shape) });
  checkNumbers("tensor", array);
  return data(spec, typedArray(spec.dtype, array));
}

/** The numbers as a typed array. @throws DataError where an integer dtype cannot hold one of them */
function arrayOf(dtype: WordType, numbers: readonly number[]): TypedArray {
  const array = typedArray(dtype, numbers);
  const at = dtype === "f32" ? -1 : numbers.findIndex((v, i) => v !== array[i]);
  if (at >= 0) throw new DataError("tensor", `element ${at} is ${numbers[at]}`, { dtype });
  return array;
}

function wordType(dtype: DType): WordType {
  if (dtype === "f32" || dtype === "i32" || dtype === "u32") return dtype;
  throw new DTypeError("tensor", `numbers are not stored as ${dtype}`, {}, "make it f32, i32 or u32, and cast it");
}

/** The shape of nested lists. @throws ShapeError unless all rows of a level have one length */
function shapeOf(values: readonly Nested[]): number[] {
  const [first] = values;
  if (!Array.isArray(first)) {
    const row = values.findIndex(Array.isArray);
    if (row >= 0) throw new ShapeError("tensor", `element ${row} is a row, the first is a number`);
    return [values.length];
  }
  const inner = shapeOf(first);
  values.forEach((row, i) => {
    const own = Array.isArray(row) ? shapeOf(row) : [];
    if (String(own) !== String(inner))
      throw new ShapeError("tensor", "rows differ in length", {
        "row 0": showShape(inner),
        [`row ${i}`]: showShape(own),
      });
  });
  return [values.length, ...inner];
}
