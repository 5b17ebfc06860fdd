import { normalizeAxes, type Shape, sameShape } from "../core/shape";
import { type Reduction, reduceDispatches, reductionWays, sideBySide } from "../families/reductions";
import { checkDTypes, type KernelOp, record } from "../graph/op";
import { optionsOf } from "../graph/options";
import { reducedShape, reductionDims } from "../graph/reduction";
import type { Tensor } from "../graph/tensor";
import { add } from "./add";
import { expand } from "./expand";
import { onesLike } from "./full";
import { mul } from "./mul";
import { reshape } from "./reshape";

export interface ReduceOptions {
  /** Keep reduced dimensions with size 1; default false. */
  readonly keepDims?: boolean;
}

export interface ReduceAttrs {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

interface SumAttrs extends ReduceAttrs {
  readonly scale: number;
}

/**
 * Sum over axes, accumulated in the dtype of x in a fixed order: chunks first, then their sums. Integers wrap around.
 * @param x f32, i32 or u32
 * @param axes one or several; default all
 * @returns dtype of x
 * @throws ShapeError where an axis is out of range
 */
export const sum = (x: Tensor, axes?: number | readonly number[], options: ReduceOptions = {}): Tensor =>
  scaledSum(x, axes, options, 1);

/** {@link sum} times `scale`, at no extra cost. */
export function scaledSum(
  x: Tensor,
  axes: number | readonly number[] | undefined,
  options: ReduceOptions,
  scale: number,
): Tensor {
  const { keepDims = false } = optionsOf("sum", options, "keepDims");
  const list = normalizeAxes("sum", x.shape, axes);
  const dims = reductionDims(x.shape, list);
  if (dims) return record(op, [x], { axes: list, keepDims, scale });
  // More groups of axes than the kernels know: the last axis first, then the rest.
  const last = scaledSum(x, list.at(-1)!, { keepDims: true }, 1);
  const rest = scaledSum(last, list.slice(0, -1), { keepDims: true }, scale);
  return keepDims ? rest : reshape(rest, reducedShape("sum", x.shape, list, false));
}

/** Records a reduction without further attributes; in several steps as {@link scaledSum}. */
export function reduceBy(
  op: KernelOp<ReduceAttrs>,
  x: Tensor,
  axes: number | readonly number[] | undefined,
  options: ReduceOptions,
): Tensor {
  const { keepDims = false } = optionsOf(op.name, options, "keepDims");
  const list = normalizeAxes(op.name, x.shape, axes);
  if (reductionDims(x.shape, list)) return record(op, [x], { axes: list, keepDims });
  const last = reduceBy(op, x, list.at(-1)!, { keepDims: true });
  const rest = reduceBy(op, last, list.slice(0, -1), { keepDims: true });
  return keepDims ? rest : reshape(rest, reducedShape(op.name, x.shape, list, false));
}

/** What the ops of {@link reduceBy} share. */
export function reduction(name: Reduction, vjp: KernelOp<ReduceAttrs>["vjp"]): KernelOp<ReduceAttrs> {
  return {
    kind: "kernel",
    name,
    prologue: true,
    infer([x], { axes, keepDims }) {
      checkDTypes(name, [x!], ["f32", "i32", "u32"]);
      return [{ shape: reducedShape(name, x!.shape, axes, keepDims), dtype: x!.dtype }];
    },
    lower: ([x], [out], { axes }, target) =>
      reduceDispatches(x!, out!, reductionDims(x!.shape, axes)!, target, { kinds: [name] }),
    joins: ([x], { axes }) => ({ dims: reductionDims(x!.shape, axes)!, kind: name, scale: 1, sideBySide }),
    vjp,
  };
}

/** Sums x over the dimensions that broadcasting has added to `shape`, or stretched. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.shape.length - shape.length;
  const axes = x.shape.flatMap((size, d) => (d < lead || (shape[d - lead] === 1 && size !== 1) ? [d] : []));
  return reshape(sum(x, axes, { keepDims: true }), shape);
}

export const op: KernelOp<SumAttrs> = {
  kind: "kernel",
  name: "sum",
  infer: ([x], { axes, keepDims }) => [{ shape: reducedShape("sum", x!.shape, axes, keepDims), dtype: x!.dtype }],
  lower: ([x], [out], { axes, scale }, target) =>
    reduceDispatches(x!, out!, reductionDims(x!.shape, axes)!, target, { scale }),
  // Other reductions take what was measured for sums: extremes have a second output, which other kernels make, and products of many
  // random numbers are 0 by any way.
  ways: ([x], { axes }, target) => reductionWays(reductionDims(x!.shape, axes)!, x!.dtype, target),
  prologue: true,
  joins: ([x], { axes, scale }) => ({ dims: reductionDims(x!.shape, axes)!, kind: "sum", scale, sideBySide }),
  plainSum: ([x], { axes, scale }) =>
    scale === 1 && x!.dtype === "f32" ? { of: x!, dims: reductionDims(x!.shape, axes)! } : null,
  vjp([x], [dOut], { axes, scale }) {
    const kept = reshape(dOut!, reducedShape("sum", x!.shape, axes, true));
    return [expand(scale === 1 ? kept : mul(kept, scale), x!.shape)];
  },
};

/** The ops by which autograd joins what flows, for ops whose gradients are gradients of a composition, see `vjpOf`. */
export const GRADIENT_OPS = { add, sumTo, onesLike };
