import sigmoidFunction from "../../shaders/pointwise/sigmoid.wgsl";
import { record } from "../graph/op";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { mul } from "./mul";
import { sub } from "./sub";

/**
 * Logistic function `1 / (1 + e⁻ˣ)`.
 * @param x f32, any shape
 * @returns same shape
 * @throws DTypeError
 */
export const sigmoid = (x: Tensor): Tensor => record(op, [x], {});

export const op = pointwise(sigmoidFunction, (_, dOut, out) => [mul(dOut, mul(out, sub(1, out)))]);
