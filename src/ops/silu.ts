import siluFunction from "../../shaders/pointwise/silu.wgsl";
import siluGrad from "../../shaders/pointwise/silu_grad.wgsl";
import { type PointwiseOp, record } from "../graph/op";
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

export const op = pointwise(siluFunction, ([x], dOut) => [record(gradOp, [x!, dOut], {})]);

const gradOp: PointwiseOp = pointwise(siluGrad, ([x, d], dOut) => [
  mul(mul(dOut, d!), curvature(x!)),
  record(gradOp, [x!, dOut], {}),
]);

/** Second derivative `s · (1 − s) · (2 + x · (1 − 2s))`, s the sigmoid of x. */
function curvature(x: Tensor): Tensor {
  const s = sigmoid(x);
  return mul(mul(s, sub(1, s)), add(2, mul(x, sub(1, mul(s, 2)))));
}
