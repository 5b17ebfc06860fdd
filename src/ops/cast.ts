import toF32 from "../../shaders/pointwise/to_f32.wgsl";
import toI32 from "../../shaders/pointwise/to_i32.wgsl";
import toU32 from "../../shaders/pointwise/to_u32.wgsl";
import { type DType, isFloat } from "../core/dtype";
import { DTypeError } from "../core/errors";
import { toFloat } from "../graph/cast";
import { record } from "../graph/op";
import { noGradient, pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";

/**
 * The elements in another dtype. The gradient flows between f32 and f16; integers have none.
 *
 * f32 to an integer truncates towards zero and clamps to the range of the dtype (NaN gives any integer); an integer to f32 is
 * rounded; between i32 and u32 the bits are kept: −1 becomes 4294967295. f16 numbers are stored with 11 significant bits, up to
 * 65504; values that never leave a fused kernel are not rounded to it. f16 needs a device with the feature shader-f16.
 *
 * @param x any shape
 * @param dtype of the result; where it is that of x, x itself is returned
 * @returns same shape
 * @throws DTypeError
 */
export function cast(x: Tensor, dtype: DType): Tensor {
  if (!(dtype in ops))
    throw new DTypeError("cast", `there is no dtype ${dtype}`, { wants: Object.keys(ops).join(" or ") });
  if (x.dtype === dtype) return x;
  if (isFloat(dtype) && isFloat(x.dtype)) return toFloat(x, dtype as "f32" | "f16");
  return dtype === "f16" ? toFloat(cast(x, "f32"), "f16") : record(ops[dtype], [x], {});
}

const ops = {
  f32: pointwise(toF32, noGradient, { name: "cast" }),
  f16: undefined,
  i32: pointwise(toI32, noGradient, { name: "cast" }),
  u32: pointwise(toU32, noGradient, { name: "cast" }),
};
