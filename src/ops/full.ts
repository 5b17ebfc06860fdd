import fill from "../../shaders/pointwise/fill.wgsl";
import type { DType } from "../core/dtype";
import { checkShape, type Shape, type Spec } from "../core/shape";
import { type PointwiseOp, record } from "../graph/op";
import type { Tensor } from "../graph/tensor";

interface FullAttrs {
  readonly shape: Shape;
  readonly value: number;
  readonly dtype: DType;
}

/** The same value everywhere. Costs nothing where a pointwise op reads it. @param shape `[]` is a scalar */
export const full = (shape: Shape, value: number, dtype: DType = "f32"): Tensor =>
  record(op, [], { shape: [...shape], value, dtype });

/** {@link full} of 0. */
export const zeros = (shape: Shape, dtype: DType = "f32"): Tensor => full(shape, 0, dtype);

/** {@link full} of 1. */
export const ones = (shape: Shape, dtype: DType = "f32"): Tensor => full(shape, 1, dtype);

/** Zeros of the shape and dtype of x. */
export const zerosLike = ({ shape, dtype }: Spec): Tensor => full(shape, 0, dtype);

/** Ones of the shape and dtype of x. */
export const onesLike = ({ shape, dtype }: Spec): Tensor => full(shape, 1, dtype);

/** A number as a scalar tensor of the other operand's dtype; a tensor as it is. */
export const operand = (x: Tensor | number, other: Tensor | number): Tensor =>
  typeof x === "number" ? full([], x, typeof other === "number" ? "f32" : other.dtype) : x;

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
