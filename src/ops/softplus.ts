import softplusFunction from "../../shaders/pointwise/softplus.wgsl";
import softplusGrad from "../../shaders/pointwise/softplus_grad.wgsl";
import { DataError } from "../core/errors";
import { type PointwiseOp, record } from "../graph/op";
import { checkOption, optionsOf } from "../graph/options";
import { pointwiseWith } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { greater } from "./greater";
import { mul } from "./mul";
import { sigmoid } from "./sigmoid";
import { sub } from "./sub";
import { where } from "./where";

export interface SoftplusOptions {
  /** How sharp the bend at 0 is; default 1; not 0. */
  readonly beta?: number;
  /** The value of `beta·x` above which the result is x; default 20. */
  readonly threshold?: number;
}

type SoftplusAttrs = Required<SoftplusOptions>;

/**
 * Smooth rectifier `ln(1 + e^(beta·x)) / beta`, and x itself where `beta·x > threshold`.
 * @param x f32, any shape
 * @returns same shape
 * @throws DTypeError; DataError where beta is 0; ShapeError where the threshold is NaN
 */
export function softplus(x: Tensor, options: SoftplusOptions = {}): Tensor {
  const { beta = 1, threshold = 20 } = optionsOf("softplus", options, "beta threshold");
  if (beta === 0 || !Number.isFinite(beta)) throw new DataError("softplus", `beta is ${beta}`);
  checkOption("softplus", "threshold", threshold, !Number.isNaN(threshold), "a number");
  return record(op, [x], { beta, threshold });
}

const scalars = ({ beta, threshold }: SoftplusAttrs) => [beta, threshold];

export const op = pointwiseWith<SoftplusAttrs>(softplusFunction, scalars, ([x], dOut, attrs) => [
  record(gradOp, [x!, dOut], attrs),
]);

const gradOp: PointwiseOp<SoftplusAttrs> = pointwiseWith<SoftplusAttrs>(
  softplusGrad,
  scalars,
  ([x, d], dOut, attrs) => [mul(mul(dOut, d!), curvature(x!, attrs)), record(gradOp, [x!, dOut], attrs)],
);

/** Second derivative `beta · s · (1 − s)`, s the sigmoid of beta·x, and 0 beyond the threshold. */
function curvature(x: Tensor, { beta, threshold }: SoftplusAttrs): Tensor {
  const y = mul(x, beta);
  const s = sigmoid(y);
  return where(greater(y, threshold), 0, mul(mul(s, sub(1, s)), beta));
}
