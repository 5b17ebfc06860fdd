import log1pFunction from "../../shaders/pointwise/log1p.wgsl";
import { record } from "../graph/op";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { add } from "./add";
import { div } from "./div";

/**
 * `ln(1 + x)`, with full relative accuracy near 0.
 * @param x f32 above −1, any shape
 * @returns same shape
 * @throws DTypeError
 */
export const log1p = (x: Tensor): Tensor => record(op, [x], {});

export const op = pointwise(log1pFunction, ([x], dOut) => [div(dOut, add(x!, 1))]);
