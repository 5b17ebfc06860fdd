import reluFunction from "../../shaders/pointwise/relu.wgsl";
import reluGrad from "../../shaders/pointwise/relu_grad.wgsl";
import { record } from "../graph/op";
import { pointwise, pointwiseGrad } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";

const grad = pointwiseGrad(reluGrad);

/** Rectified linear unit `max(x, 0)`. The gradient at 0 is 0. @param x f32, any shape @returns same shape */
export const relu = (x: Tensor): Tensor => record(op, [x], {});

export const op = pointwise(reluFunction, (_, dOut, out) => [grad(out, dOut)]);
