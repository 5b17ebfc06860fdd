import softplusFunction from "../../shaders/pointwise/softplus.wgsl";
import { DataError } from "../core/errors";
import { record } from "../graph/op";
import { pointwiseWith } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { greater } from "./greater";
import { mul } from "./mul";
import { sigmoid } from "./sigmoid";
import { where } from "./where";

interface SoftplusAttrs {
  readonly beta: number;
  readonly threshold: number;
}

/**
 * Smooth rectifier `ln(1 + e^(beta·x)) / beta`, and x itself where `beta·x > threshold`.
 * @param x f32, any shape
 * @param beta default 1; not 0
 * @param threshold default 20
 * @returns same shape
 * @throws DTypeError; DataError where beta is 0
 */
export function softplus(x: Tensor, { beta = 1, threshold = 20 }: Partial<SoftplusAttrs> = {}): Tensor {
  if (beta === 0 || !Number.isFinite(beta)) throw new DataError("softplus", `beta is ${beta}`);
  return record(op, [x], { beta, threshold });
}

export const op = pointwiseWith<SoftplusAttrs>(
  softplusFunction,
  ({ beta, threshold }) => [beta, threshold],
  ([x], dOut, { beta, threshold }) => {
    const y = mul(x!, beta);
    return [mul(dOut, where(greater(y, threshold), 1, sigmoid(y)))];
  },
);
