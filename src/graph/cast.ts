import toF32 from "../../shaders/pointwise/to_f32.wgsl";
import { computeType, type DType, isFloat, type TypedArray } from "../core/dtype";
import { broadcastShapes, type Shape } from "../core/shape";
import { type PointwiseOp, record } from "./op";
import { data, type Tensor } from "./tensor";

/** Between f32 and f16. A value that is not stored in between is not rounded; the gradient flows. */
const castFloat = (dtype: "f32" | "f16"): PointwiseOp<object> => ({
  kind: "pointwise",
  name: "cast",
  fn: toF32,
  infer: ([x]) => [{ shape: broadcastShapes("cast", [x!.shape]), dtype }],
  vjp: ([x], [dOut]) => [toFloat(dOut!, x!.dtype as "f32" | "f16")],
});

const ops = { f32: castFloat("f32"), f16: castFloat("f16") };

/** A float tensor in f32 or f16; as it is where it is that already, and what it came from where nothing was lost on the way. */
export function toFloat(x: Tensor, dtype: "f32" | "f16"): Tensor {
  if (x.dtype === dtype) return x;
  if (dtype === "f16" && stored(x).dtype === "f16") return stored(x);
  return record(ops[dtype], [x], {});
}

/** A tensor with the given numbers, of any dtype: halves are made of them on the device. */
export function constant(shape: Shape, dtype: DType, values: TypedArray): Tensor {
  const exact = data({ shape, dtype: computeType(dtype) }, values);
  return dtype === "f16" ? toFloat(exact, "f16") : exact;
}

/** The f16 tensor that a widened one was read from, else the tensor itself: for kernels that read both. */
export function stored(x: Tensor): Tensor {
  const from = x.source?.inputs[0];
  return x.source?.op === (ops.f32 as object) && from!.dtype === "f16" ? from! : x;
}

/** A tensor that a kernel for f32 can read. */
export const widened = (x: Tensor): Tensor => (isFloat(x.dtype) ? toFloat(x, "f32") : x);
