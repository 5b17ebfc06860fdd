import dropoutFunction from "../../shaders/pointwise/dropout.wgsl";
import { ShapeError } from "../core/errors";
import { defaultGenerator, type Generator, useGenerator } from "../graph/generator";
import { type PointwiseOp, record } from "../graph/op";
import { optionsOf } from "../graph/options";
import { pointwiseWith } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";

interface DropoutAttrs {
  readonly p: number;
  readonly stream: number;
}

export interface DropoutOptions {
  /** Default true; else x is returned. */
  readonly training?: boolean;
  /** Where the random numbers come from; default the engine-wide generator. */
  readonly generator?: Generator | undefined;
}

/**
 * Zeroes each element with probability p and scales the others by 1/(1 − p). The mask is determined by the generator's seed
 * and step, so the gradient recomputes it instead of keeping it. A tensor recorded outside a capture has a new mask at every
 * read.
 *
 * @param x f32 or f16, any shape
 * @param p probability, 0 ≤ p ≤ 1; at 1 the result and the gradient are 0
 * @returns same shape and dtype
 * @throws ShapeError where p is out of range; DTypeError
 * @see Srivastava et al. 2014, "Dropout"
 */
export function dropout(x: Tensor, p: number, options: DropoutOptions = {}): Tensor {
  const { training = true, generator = defaultGenerator } = optionsOf("dropout", options, "training generator");
  checkProbability("dropout", p);
  if (!training || p === 0) return x;
  return record(op, [x, generator.state], { p, stream: useGenerator(generator) });
}

export const op: PointwiseOp<DropoutAttrs> = pointwiseWith<DropoutAttrs>(
  dropoutFunction,
  // With p = 2 everything is zeroed as with p = 1, since all random numbers are below 1; but 1/(1 − p) stays finite.
  ({ p, stream }) => [stream, p === 1 ? 2 : p],
  ([, state], dOut, attrs) => [record(op, [dOut, state!], attrs), null],
);

/** @throws ShapeError unless p is from 0 to 1 */
export function checkProbability(name: string, p: number): void {
  if (!(typeof p === "number" && p >= 0 && p <= 1))
    throw new ShapeError(name, `probability ${p}`, { wants: "0 ≤ p ≤ 1" });
}
