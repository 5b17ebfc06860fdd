import fill from "../../shaders/pointwise/fill.wgsl";
import { type DType, INTEGER_RANGE } from "../core/dtype";
import { DTypeError } from "../core/errors";
import { checkShape, type Shape, type Spec } from "../core/shape";
import { type PointwiseOp, record } from "../graph/op";
import { checkList } from "../graph/options";
import type { Tensor } from "../graph/tensor";

interface FullAttrs {
  readonly shape: Shape;
  readonly value: number;
  readonly dtype: DType;
}

/**
 * A tensor of one value. It costs nothing where a pointwise op reads it.
 * @param shape `[]` is a scalar
 * @param dtype default f32
 * @throws ShapeError where a size is no integer of at least 1; DTypeError where the value is no number, or one that an integer
 *   dtype cannot hold
 */
export function full(shape: Shape, value: number, dtype: DType = "f32"): Tensor {
  checkList("full", "the shape", shape);
  checkValue("full", value, dtype);
  return record(op, [], { shape: [...shape], value, dtype });
}

/**
 * A number as a scalar tensor of the other operand's dtype; a tensor is returned as it is.
 * @param name of the op that errors name
 * @throws DTypeError where the other operand's dtype cannot hold the number
 */
export function operand(x: Tensor | number, other: Tensor | number, name = "full"): Tensor {
  if (typeof x !== "number") return x;
  const dtype = typeof other === "number" ? "f32" : other.dtype;
  checkValue(name, x, dtype);
  return full([], x, dtype);
}

/** @throws DTypeError where the value is no number, or one that the dtype cannot hold */
export function checkValue(name: string, value: number, dtype: DType): void {
  if (typeof value !== "number") throw new DTypeError(name, `the value is ${value}`, { wants: "a number" });
  if (dtype === "f32" || dtype === "f16") return;
  if (!(dtype in INTEGER_RANGE))
    throw new DTypeError(name, `there is no dtype ${dtype}`, { wants: "f32, f16, i32 or u32" });
  const [low, high] = INTEGER_RANGE[dtype];
  if (!Number.isInteger(value) || value < low || value > high)
    throw new DTypeError(
      name,
      `${value} is no ${dtype}`,
      {},
      `pass a whole number in ${low}…${high}, or cast the tensor`,
    );
}

/** {@link full} of 0. */
export const zeros = (shape: Shape, dtype: DType = "f32"): Tensor => full(shape, 0, dtype);

/** {@link full} of 1. */
export const ones = (shape: Shape, dtype: DType = "f32"): Tensor => full(shape, 1, dtype);

/** Zeros of the shape and dtype of x. */
export const zerosLike = ({ shape, dtype }: Spec): Tensor => full(shape, 0, dtype);

/** Ones of the shape and dtype of x. */
export const onesLike = ({ shape, dtype }: Spec): Tensor => full(shape, 1, dtype);

export const op: PointwiseOp<FullAttrs> = {
  kind: "pointwise",
  name: "fill",
  fn: fill,
  scalars: ({ value }) => [value],
  infer(_, { shape, dtype }) {
    checkShape("full", shape);
    return [{ shape, dtype }];
  },
  vjp: () => [],
};

/** Whether a tensor is known to be this value everywhere: a constant, perhaps behind views. */
export function isFilled(x: Tensor, value: number): boolean {
  let at = x;
  while (at.source?.op.kind === "view") at = at.source.inputs[0]!;
  return at.source?.op.name === op.name && (at.source.attrs as FullAttrs).value === value;
}
