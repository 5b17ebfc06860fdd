import bernoulliKernel from "../../shaders/bernoulli.wgsl";
import { computeType, type DType } from "../core/dtype";
import { DTypeError, ShapeError } from "../core/errors";
import { checkShape, type Shape } from "../core/shape";
import type { Draw } from "../families/random";
import { defaultGenerator, type RandomOptions, useGenerator } from "../graph/generator";
import { checkDTypes, type KernelOp, record } from "../graph/op";
import { checkList, optionsOf } from "../graph/options";
import { Tensor } from "../graph/tensor";
import { checkProbability } from "./dropout";

interface BernoulliAttrs extends Draw {
  /** One probability for all elements; null where a tensor holds them. */
  readonly p: number | null;
  readonly dtype: DType;
}

export interface BernoulliOptions extends RandomOptions {
  /** Shape of the result; needed where p is a number. */
  readonly shape?: Shape;
  /** Of the result: default u32, a mask. */
  readonly dtype?: DType;
}

/** The bits of 1. */
const ONE = { f32: 0x3f800000, i32: 1, u32: 1 } as const;

/**
 * 1 with probability p, else 0. No gradient flows to p.
 *
 * @param p f32, or one number for all elements. In a tensor, numbers below 0 count as 0 and those above 1 as 1
 * @returns u32 unless another dtype is asked for, of the shape of p or of `shape`
 * @throws ShapeError where the number p is not in [0, 1], or its shape is missing; DTypeError where the tensor p is not f32
 */
export function bernoulli(p: Tensor | number, options: BernoulliOptions = {}): Tensor {
  const {
    shape,
    dtype = "u32",
    generator = defaultGenerator,
  } = optionsOf("bernoulli", options, "shape dtype generator");
  if (!(dtype in ONE)) throw new DTypeError("bernoulli", `no numbers of dtype ${dtype}`, { wants: "u32, i32 or f32" });
  if (p instanceof Tensor) {
    if (shape) throw new ShapeError("bernoulli", "the shape is that of p", {}, "leave out { shape }");
    checkDTypes("bernoulli", [p], ["f32"]);
    const attrs = { p: null, shape: p.shape, dtype, stream: useGenerator(generator) };
    return record(op, [generator.state, p], attrs);
  }
  checkProbability("bernoulli", p);
  if (!shape) throw new ShapeError("bernoulli", "no shape", { p: String(p) }, "pass { shape }");
  checkList("bernoulli", "the shape", shape);
  checkShape("bernoulli", shape);
  return record(op, [generator.state], { p, shape: [...shape], dtype, stream: useGenerator(generator) });
}

export const op: KernelOp<BernoulliAttrs> = {
  kind: "kernel",
  name: "bernoulli",
  infer: (_, { shape, dtype }) => [{ shape, dtype }],
  lower([state, p], [out], { p: probability, dtype, stream }) {
    const len = out!.size;
    return [
      bernoulliKernel.dispatch({
        buffers: { p: p ?? state!, state: state!, out: out! },
        params: { len, stream, probability: probability ?? 0, one: ONE[computeType(dtype)] },
        constants: { UNIFORM: Number(p === undefined) },
        grid: Math.ceil(len / 4),
        flops: 40 * len,
      }),
    ];
  },
  vjp: (inputs) => inputs.map(() => null),
};
