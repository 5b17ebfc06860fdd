import hyperbolicTangent from "../../shaders/pointwise/hyperbolic_tangent.wgsl";
import { record } from "../graph/op";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { mul } from "./mul";
import { square } from "./square";
import { sub } from "./sub";

/**
 * Hyperbolic tangent, with full relative accuracy near 0.
 * @param x f32, any shape
 * @returns same shape
 * @throws DTypeError
 */
export const tanh = (x: Tensor): Tensor => record(op, [x], {});

export const op = pointwise(hyperbolicTangent, (_, dOut, out) => [mul(dOut, sub(1, square(out)))], { name: "tanh" });
