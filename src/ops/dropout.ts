import dropoutKernel from "../../shaders/dropout.wgsl";
import { ShapeError } from "../core/errors";
import { defaultGenerator, type Generator, useGenerator } from "../graph/generator";
import { checkDTypes, type KernelOp, record } from "../graph/op";
import { optionsOf } from "../graph/options";
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
 * Zeroes each element with probability p and scales the others by 1/(1 − p). The mask follows from the generator's seed
 * and step, so the gradient recomputes it instead of keeping it. What was recorded outside a capture has a new mask at every
 * read.
 *
 * @param x f32, any shape
 * @param p probability, 0 ≤ p ≤ 1; at 1 the result and the gradient are 0
 * @returns same shape
 * @throws ShapeError where p is out of range
 * @see Srivastava et al. 2014, "Dropout"
 */
export function dropout(x: Tensor, p: number, options: DropoutOptions = {}): Tensor {
  const { training = true, generator = defaultGenerator } = optionsOf("dropout", options, "training generator");
  if (!(p >= 0 && p <= 1)) throw new ShapeError("dropout", `probability ${p}`, { wants: "0 ≤ p ≤ 1" });
  if (!training || p === 0) return x;
  return record(op, [x, generator.state], { p, stream: useGenerator(generator) });
}

export const op: KernelOp<DropoutAttrs> = {
  kind: "kernel",
  name: "dropout",
  infer([x]) {
    checkDTypes("dropout", [x!], ["f32"]);
    return [x!];
  },
  lower([x, state], [out], { p, stream }) {
    const buffers = { x: x!, state: state!, out: out! };
    const grid = Math.ceil(x!.size / 2);
    // No random number reaches 2 either, and 1/(1 − 2) is finite.
    const params = { len: x!.size, stream, p: p === 1 ? 2 : p };
    return [dropoutKernel.dispatch({ buffers, params, grid, flops: 40 * x!.size })];
  },
  vjp: ([, state], [dOut], attrs) => [record(op, [dOut!, state!], attrs), null],
};
