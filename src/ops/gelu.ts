import geluFunction from "../../shaders/pointwise/gelu.wgsl";
import geluGrad from "../../shaders/pointwise/gelu_grad.wgsl";
import geluTanh from "../../shaders/pointwise/gelu_tanh.wgsl";
import geluTanhGrad from "../../shaders/pointwise/gelu_tanh_grad.wgsl";
import { type PointwiseOp, record } from "../graph/op";
import { checkWord, optionsOf } from "../graph/options";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { add } from "./add";
import { exp } from "./exp";
import { mul } from "./mul";
import { square } from "./square";
import { sub } from "./sub";
import { tanh } from "./tanh";

export interface GeluOptions {
  /** "none": by erf, to 1.5e-7; "tanh": the published approximation. Default "none". */
  readonly approximate?: "none" | "tanh";
}

/**
 * Gaussian error linear unit `x · Φ(x)`.
 * @param x f32, any shape
 * @returns same shape
 * @throws DTypeError; ShapeError where `approximate` is another word
 * @see Hendrycks and Gimpel 2016, "Gaussian error linear units"
 */
export const gelu = (x: Tensor, options: GeluOptions = {}): Tensor => {
  const { approximate = "none" } = optionsOf("gelu", options, "approximate");
  checkWord("gelu", "approximate", approximate, ["none", "tanh"]);
  return record(approximate === "tanh" ? tanhOp : op, [x], {});
};

export const op = pointwise(geluFunction, ([x], dOut) => [record(gradOp, [x!, dOut], {})]);
const tanhOp = pointwise(geluTanh, ([x], dOut) => [record(tanhGradOp, [x!, dOut], {})], { name: "gelu" });

// The gradients have scalar functions of their own, which are cheaper than compositions; second derivatives are compositions.
const gradOp: PointwiseOp = pointwise(geluGrad, ([x, d], dOut) => [
  mul(mul(dOut, d!), curvature(x!)),
  record(gradOp, [x!, dOut], {}),
]);
const tanhGradOp: PointwiseOp = pointwise(geluTanhGrad, ([x, d], dOut) => [
  mul(mul(dOut, d!), tanhCurvature(x!)),
  record(tanhGradOp, [x!, dOut], {}),
]);

/** Second derivative `(2 − x²) · φ(x)`, φ the normal density. */
const curvature = (x: Tensor): Tensor => {
  const squared = square(x);
  return mul(sub(2, squared), mul(exp(mul(squared, -0.5)), 1 / Math.sqrt(2 * Math.PI)));
};

/** Second derivative of the approximation: `(1 − h²)(s − x·h·s² + x·s′/2)`, h = tanh u, s = u′, u = √(2/π)(x + 0.044715x³). */
const tanhCurvature = (x: Tensor): Tensor => {
  const c = Math.sqrt(2 / Math.PI);
  const cubic = mul(square(x), 0.044715);
  const h = tanh(mul(mul(x, c), add(cubic, 1)));
  const s = mul(add(mul(cubic, 3), 1), c);
  // x·s′/2 = 3 · 0.044715 · c · x²
  const inner = add(sub(s, mul(mul(x, h), square(s))), mul(cubic, 3 * c));
  return mul(sub(1, square(h)), inner);
};
