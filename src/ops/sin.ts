import sine from "../../shaders/pointwise/sine.wgsl";
import { record } from "../graph/op";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { cos } from "./cos";
import { mul } from "./mul";

/**
 * Sine of x in radians, to 1e-7 for |x| < 100,000 (measured on software drivers); beyond, to about 1e-2 only.
 * @param x f32, any shape
 * @returns same shape
 * @throws DTypeError
 */
export const sin = (x: Tensor): Tensor => record(op, [x], {});

export const op = pointwise(sine, ([x], dOut) => [mul(dOut, cos(x!))], { name: "sin" });
