import geluFunction from "../../shaders/pointwise/gelu.wgsl";
import geluGrad from "../../shaders/pointwise/gelu_grad.wgsl";
import geluTanh from "../../shaders/pointwise/gelu_tanh.wgsl";
import geluTanhGrad from "../../shaders/pointwise/gelu_tanh_grad.wgsl";
import { record } from "../graph/op";
import { pointwise, pointwiseGrad } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";

/**
 * Gaussian error linear unit `x · Φ(x)`.
 * @param x f32, any shape
 * @param approximate "none" (default): by erf, to 1.5e-7; "tanh": the published approximation
 * @returns same shape
 * @see Hendrycks and Gimpel 2016, "Gaussian error linear units"
 */
export const gelu = (x: Tensor, { approximate = "none" }: { approximate?: "none" | "tanh" } = {}): Tensor =>
  record(approximate === "tanh" ? tanhOp : op, [x], {});

const grad = pointwiseGrad(geluGrad);
const tanhGrad = pointwiseGrad(geluTanhGrad);

export const op = pointwise(geluFunction, ([x], dOut) => [grad(x!, dOut)]);
const tanhOp = pointwise(geluTanh, ([x], dOut) => [tanhGrad(x!, dOut)]);
