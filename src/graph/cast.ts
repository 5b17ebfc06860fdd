import toF32 from "../../shaders/pointwise/to_f32.wgsl";
import { computeType, type DType, isFloat, type TypedArray } from "../core/dtype";
import { broadcastShapes, type Shape } from "../core/shape";
import { type PointwiseOp, record } from "./op";
import { data, type Tensor } from "./tensor";

/** Casts between f32 and f16. Only a stored value is rounded: a cast to f16 within a kernel changes nothing. */
const castFloat = (dtype: "f32" | "f16"): PointwiseOp<object> => ({
  kind: "pointwise",
  name: "cast",
  fn: toF32,
  infer: ([x]) => [{ shape: broadcastShapes("cast", [x!.shape]), dtype }],
  vjp: ([x], [dOut]) => [toFloat(dOut!, x!.dtype as "f32" | "f16")],
});

const ops = { f32: castFloat("f32"), f16: castFloat("f16") };

/** A float tensor cast to f32 or f16: itself where it has that dtype, and the f16 tensor that it was widened from. */
export function toFloat(x: Tensor, dtype: "f32" | "f16"): Tensor {
  if (x.dtype === dtype) return x;
  if (dtype === "f16" && stored(x).dtype === "f16") return stored(x);
  return record(ops[dtype], [x], {});
}

/** A tensor with the given numbers, of any dtype: f16 is cast from f32 on the device. */
export function constant(shape: Shape, dtype: DType, values: TypedArray): Tensor {
  const exact = data({ shape, dtype: computeType(dtype) }, values);
  return dtype === "f16" ? toFloat(exact, "f16") : exact;
}

/** The f16 tensor that was widened to this one, else this one: for kernels that read both dtypes. */
export function stored(x: Tensor): Tensor {
  const from = x.source?.inputs[0];
  return x.source?.op === (ops.f32 as object) && from!.dtype === "f16" ? from! : x;
}

/** A tensor that a kernel for f32 can read. */
export const widened = (x: Tensor): Tensor => (isFloat(x.dtype) ? toFloat(x, "f32") : x);
