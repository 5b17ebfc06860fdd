import squareFunction from "../../shaders/pointwise/square.wgsl";
import { record } from "../graph/op";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { mul } from "./mul";

/**
 * Square `x²`.
 * @param x f32, i32 or u32, any shape
 * @returns same shape and dtype
 * @throws DTypeError where x is no tensor
 */
export const square = (x: Tensor): Tensor => record(op, [x], {});

export const op = pointwise(squareFunction, ([x], dOut) => [mul(mul(dOut, 2), x!)]);
