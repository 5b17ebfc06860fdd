import reduce from "../../shaders/reduce.wgsl";
import { normalizeAxes, type Shape, sameShape } from "../core/shape";
import { checkDTypes, type KernelOp, record } from "../graph/op";
import { type ReductionDims, reducedShape, reductionDims } from "../graph/reduction";
import { scratch, type Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import type { Target } from "../kernel/target";
import { expand } from "./expand";
import { mul } from "./mul";
import { reshape } from "./reshape";

export interface ReduceOptions {
  /** Default false: reduced dimensions vanish. */
  readonly keepDims?: boolean;
}

interface SumAttrs {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
  readonly scale: number;
}

/**
 * Sum over axes, accumulated in f32 in a fixed order.
 * @param x f32
 * @param axes one or several; default all
 * @throws ShapeError where an axis is out of range
 */
export const sum = (x: Tensor, axes?: number | readonly number[], options: ReduceOptions = {}): Tensor =>
  scaledSum(x, axes, options, 1);

/** {@link sum} times a number, at no extra cost. */
export function scaledSum(
  x: Tensor,
  axes: number | readonly number[] | undefined,
  { keepDims = false }: ReduceOptions,
  scale: number,
): Tensor {
  const list = normalizeAxes("sum", x.shape, axes);
  const dims = reductionDims(x.shape, list);
  if (dims) return record(op, [x], { axes: list, keepDims, scale });
  // More groups of axes than the kernel knows: the last axis first, then the rest.
  const last = scaledSum(x, list.at(-1)!, { keepDims: true }, 1);
  const rest = scaledSum(last, list.slice(0, -1), { keepDims: true }, scale);
  return keepDims ? rest : reshape(rest, reducedShape("sum", x.shape, list, false));
}

/** Sums over the dimensions that broadcasting added to `shape` or stretched. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.shape.length - shape.length;
  const axes = x.shape.flatMap((size, d) => (d < lead || (shape[d - lead] === 1 && size !== 1) ? [d] : []));
  return reshape(sum(x, axes, { keepDims: true }), shape);
}

export const op: KernelOp<SumAttrs> = {
  kind: "kernel",
  name: "sum",
  infer([x], { axes, keepDims }) {
    checkDTypes("sum", [x!], ["f32"]);
    return [{ shape: reducedShape("sum", x!.shape, axes, keepDims), dtype: "f32" }];
  },
  lower: ([x], [out], { axes, scale }, target) =>
    reduceDispatches(x!, out!, reductionDims(x!.shape, axes)!, target, { scale }),
  prologue: true,
  plainSum: ([x], { axes, scale }) => (scale === 1 ? { of: x!, dims: reductionDims(x!.shape, axes)! } : null),
  vjp([x], [dOut], { axes, scale }) {
    const kept = reshape(dOut!, reducedShape("sum", x!.shape, axes, true));
    return [expand(scale === 1 ? kept : mul(kept, scale), x!.shape)];
  },
};

/** Invocations that keep a device busy. */
const busyInvocations = (target: Target): number => (target.cpu ? 64 : 16384);

/** The launches of reduce.wgsl for one reduction: two where outputs alone are too few to keep the device busy. */
export function reduceDispatches(
  x: Tensor,
  out: Tensor,
  { k0, r0, k1, r1 }: ReductionDims,
  target: Target,
  { kind = 0, scale = 1 }: { kind?: number; scale?: number },
): Dispatch[] {
  const outputs = k0 * k1;
  // A CPU adds a few thousand numbers in less time than a second launch takes.
  const shortest = target.cpu ? 2048 : 16;
  const wanted = r0 * r1 <= shortest ? 1 : Math.min(busyInvocations(target) / outputs, (r0 * r1) / 16);
  const parts = wanted < 2 ? 1 : 2 ** Math.floor(Math.log2(wanted));
  const parts1 = Math.min(parts, r1);
  const parts0 = Math.max(1, Math.min(Math.floor(parts / parts1), r0));
  const total = parts0 * parts1;
  const launch = (from: Tensor, to: Tensor, dims: object, invocations: number) =>
    reduce.dispatch({
      buffers: { x: from, out: to },
      params: { len: invocations, outputs, k1, r0, r1, parts0, parts1, parts_first: Number(r1 > 1), scale, ...dims },
      constants: { KIND: kind },
      grid: invocations,
      flops: from.size,
    });
  if (total === 1) return [launch(x, out, {}, outputs)];
  const partial = scratch({ shape: [outputs, total], dtype: "f32" });
  const second = { k1: 1, r0: 1, r1: total, parts0: 1, parts1: 1, parts_first: 1 };
  return [launch(x, partial, { scale: 1 }, outputs * total), launch(partial, out, { ...second, k1: outputs }, outputs)];
}
