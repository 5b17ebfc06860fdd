import toF32 from "../../shaders/pointwise/to_f32.wgsl";
import toI32 from "../../shaders/pointwise/to_i32.wgsl";
import toU32 from "../../shaders/pointwise/to_u32.wgsl";
import type { DType } from "../core/dtype";
import { DTypeError } from "../core/errors";
import { record } from "../graph/op";
import { noGradient, pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";

/**
 * The elements in another dtype. No gradient flows through, as integers have none.
 *
 * f32 to an integer truncates towards zero and is held to the range of the dtype (NaN gives any integer); an integer to f32 is
 * rounded; i32 and u32 keep their bits: −1 is 4294967295.
 *
 * @param x any shape
 * @param dtype of the result; that of x itself gives x
 * @returns same shape
 * @throws DTypeError
 */
export function cast(x: Tensor, dtype: DType): Tensor {
  const op = ops[dtype];
  if (!op) throw new DTypeError("cast", `there is no dtype ${dtype}`, { wants: Object.keys(ops).join(" or ") });
  return x.dtype === dtype ? x : record(op, [x], {});
}

const ops = {
  f32: pointwise(toF32, noGradient, { name: "cast" }),
  i32: pointwise(toI32, noGradient, { name: "cast" }),
  u32: pointwise(toU32, noGradient, { name: "cast" }),
};
