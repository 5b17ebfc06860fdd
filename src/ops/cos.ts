import cosine from "../../shaders/pointwise/cosine.wgsl";
import { record } from "../graph/op";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { mul } from "./mul";
import { neg } from "./neg";
import { sin } from "./sin";

/**
 * Cosine of x in radians, to 1e-7 for |x| < 100,000 (measured on software drivers); beyond, to about 1e-2 only.
 * @param x f32, any shape
 * @returns same shape
 * @throws DTypeError
 */
export const cos = (x: Tensor): Tensor => record(op, [x], {});

export const op = pointwise(cosine, ([x], dOut) => [mul(dOut, neg(sin(x!)))], { name: "cos" });
