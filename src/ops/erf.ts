import erfFunction from "../../shaders/pointwise/erf.wgsl";
import { record } from "../graph/op";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { exp } from "./exp";
import { mul } from "./mul";
import { neg } from "./neg";
import { square } from "./square";

/**
 * Error function `2/√π ∫₀ˣ e^(−t²) dt`, to 1.5e-7.
 * @param x f32, any shape
 * @returns same shape
 * @throws DTypeError
 */
export const erf = (x: Tensor): Tensor => record(op, [x], {});

export const op = pointwise(erfFunction, ([x], dOut) => [mul(dOut, mul(exp(neg(square(x!))), 2 / Math.sqrt(Math.PI)))]);
