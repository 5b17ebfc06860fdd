import reluFunction from "../../shaders/pointwise/relu.wgsl";
import reluGrad from "../../shaders/pointwise/relu_grad.wgsl";
import { type PointwiseOp, record } from "../graph/op";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";

/**
 * Rectified linear unit `max(x, 0)`. The gradient at 0 is 0.
 * @param x f32, any shape
 * @returns same shape
 * @throws DTypeError
 */
export const relu = (x: Tensor): Tensor => record(op, [x], {});

export const op = pointwise(reluFunction, (_, dOut, out) => [grad(out, dOut)]);

const gradOp: PointwiseOp = pointwise(reluGrad, ([out], d) => [null, grad(out!, d)]);
const grad = (out: Tensor, dOut: Tensor): Tensor => record(gradOp, [out, dOut], {});
