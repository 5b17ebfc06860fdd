import negFunction from "../../shaders/pointwise/neg.wgsl";
import { record } from "../graph/op";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";

/**
 * Negative `−x`.
 * @param x f32 or i32, any shape
 * @returns same shape and dtype
 * @throws DTypeError
 */
export const neg = (x: Tensor): Tensor => record(op, [x], {});

export const op = pointwise(negFunction, (_, dOut) => [neg(dOut)], { dtypes: ["f32", "i32"] });
