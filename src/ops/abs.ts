import absolute from "../../shaders/pointwise/absolute.wgsl";
import absoluteGrad from "../../shaders/pointwise/absolute_grad.wgsl";
import { record } from "../graph/op";
import { pointwise, pointwiseGrad } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";

const grad = pointwiseGrad(absoluteGrad);

/** Absolute value. The gradient at 0 is 0. @param x f32, any shape @returns same shape */
export const abs = (x: Tensor): Tensor => record(op, [x], {});

export const op = pointwise(absolute, ([x], dOut) => [grad(x!, dOut)]);
