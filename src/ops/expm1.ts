import expm1Function from "../../shaders/pointwise/expm1.wgsl";
import { record } from "../graph/op";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { add } from "./add";
import { mul } from "./mul";

/**
 * `eˣ − 1`, with full relative accuracy near 0.
 * @param x f32, any shape
 * @returns same shape
 * @throws DTypeError
 */
export const expm1 = (x: Tensor): Tensor => record(op, [x], {});

export const op = pointwise(expm1Function, (_, dOut, out) => [mul(dOut, add(out, 1))]);
