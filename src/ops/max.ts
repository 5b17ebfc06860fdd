import { normalizeAxes } from "../core/shape";
import { reduceDispatches } from "../families/reductions";
import { checkDTypes, type KernelOp, record } from "../graph/op";
import { reducedShape, reductionDims } from "../graph/reduction";
import type { Tensor } from "../graph/tensor";
import { cast } from "./cast";
import { div } from "./div";
import { equal } from "./equal";
import { mul } from "./mul";
import { reshape } from "./reshape";
import { type ReduceOptions, sum } from "./sum";

interface MaxAttrs {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/**
 * Maximum over axes. The gradient goes in equal parts to the elements that are the maximum.
 * @param x f32
 * @param axes one or several; default all
 * @throws ShapeError where an axis is out of range
 */
export function max(x: Tensor, axes?: number | readonly number[], { keepDims = false }: ReduceOptions = {}): Tensor {
  const list = normalizeAxes("max", x.shape, axes);
  if (reductionDims(x.shape, list)) return record(op, [x], { axes: list, keepDims });
  const rest = max(max(x, list.at(-1)!, { keepDims: true }), list.slice(0, -1), { keepDims: true });
  return keepDims ? rest : reshape(rest, reducedShape("max", x.shape, list, false));
}

export const op: KernelOp<MaxAttrs> = {
  kind: "kernel",
  name: "max",
  prologue: true,
  infer([x], { axes, keepDims }) {
    checkDTypes("max", [x!], ["f32"]);
    return [{ shape: reducedShape("max", x!.shape, axes, keepDims), dtype: "f32" }];
  },
  lower: ([x], [out], { axes }, target) =>
    reduceDispatches(x!, out!, reductionDims(x!.shape, axes)!, target, { kind: 1 }),
  vjp([x], [dOut], { axes }, [out]) {
    const kept = reducedShape("max", x!.shape, axes, true);
    const mask = cast(equal(x!, reshape(out!, kept)), "f32");
    const share = div(reshape(dOut!, kept), sum(mask, axes, { keepDims: true }));
    return [mul(mask, share)];
  },
};
