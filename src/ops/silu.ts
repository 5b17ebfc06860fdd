import siluFunction from "../../shaders/pointwise/silu.wgsl";
import { record } from "../graph/op";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { add } from "./add";
import { mul } from "./mul";
import { sigmoid } from "./sigmoid";
import { sub } from "./sub";

/**
 * Sigmoid linear unit `x · sigmoid(x)`, also called swish.
 * @see Elfwing, Uchibe and Doya 2017, "Sigmoid-weighted linear units"
 * @param x f32, any shape
 * @returns same shape
 * @throws DTypeError
 */
export const silu = (x: Tensor): Tensor => record(op, [x], {});

export const op = pointwise(siluFunction, ([x], dOut) => [mul(dOut, slope(x!))]);

/** `s · (1 + x · (1 − s))` with s the sigmoid of x. */
function slope(x: Tensor): Tensor {
  const s = sigmoid(x);
  return mul(s, add(1, mul(x, sub(1, s))));
}
