import absolute from "../../shaders/pointwise/absolute.wgsl";
import { record } from "../graph/op";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { mul } from "./mul";
import { sign } from "./sign";

/**
 * Absolute value. The gradient at 0 is 0.
 * @param x f32, i32 or u32, any shape
 * @returns same shape and dtype
 * @throws DTypeError
 */
export const abs = (x: Tensor): Tensor => record(op, [x], {});

export const op = pointwise(absolute, ([x], dOut) => [mul(dOut, sign(x!))], { name: "abs" });
