import exponential from "../../shaders/pointwise/exponential.wgsl";
import { record } from "../graph/op";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { mul } from "./mul";

/**
 * Exponential `eˣ`.
 * @param x f32, any shape
 * @returns same shape
 * @throws DTypeError
 */
export const exp = (x: Tensor): Tensor => record(op, [x], {});

export const op = pointwise(exponential, (_, dOut, out) => [mul(dOut, out)], { name: "exp" });
