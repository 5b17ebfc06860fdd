import logOfSum from "../../shaders/pointwise/log_of_sum.wgsl";
import { normalizeAxes } from "../core/shape";
import { extremeRows, extremeSumDispatches } from "../families/extremeSums";
import type { RowParams } from "../families/rowwise";
import { checkDTypes, type KernelOp, record, recordAll } from "../graph/op";
import { optionsOf } from "../graph/options";
import { pointwise } from "../graph/pointwise";
import { reducedShape, reductionDims } from "../graph/reduction";
import type { Tensor } from "../graph/tensor";
import { exp } from "./exp";
import { max } from "./max";
import { mul } from "./mul";
import { constant, safeQuotient } from "./norm";
import { reshape } from "./reshape";
import { sub } from "./sub";
import { type ReduceOptions, sum } from "./sum";

/** The result does not depend on what the terms were divided by, so that operand has no gradient. */
const logOfSumOp = pointwise(logOfSum, ([total], dOut) => [safeQuotient(dOut, total!), null]);

/**
 * `log Σ eˣ` over axes, computed without overflow. Where all elements are −Infinity so is the result, with a gradient of 0.
 * @param x f32
 * @param axes one or several; default all
 * @throws ShapeError where an axis is out of range
 * @throws DTypeError
 */
export function logSumExp(x: Tensor, axes?: number | readonly number[], options: ReduceOptions = {}): Tensor {
  const { keepDims = false } = optionsOf("logSumExp", options, "keepDims");
  checkDTypes("logSumExp", [x], ["f32"]);
  const list = normalizeAxes("logSumExp", x.shape, axes);
  const { largest, total } = powerSums(x, list);
  const result = record(logOfSumOp, [total, largest], {});
  return keepDims ? result : reshape(result, reducedShape("logSumExp", x.shape, list, false));
}

interface PowerSumsAttrs {
  readonly axes: readonly number[];
  readonly row: RowParams;
}

/** Maximum and Σ eˣ⁻ᵐ from one reading of x. No gradient flows through the maximum, on which no result depends. */
const powerSumsOp: KernelOp<PowerSumsAttrs> = {
  kind: "kernel",
  name: "power_sums",
  infer([x], { axes }) {
    const spec = { shape: reducedShape("logSumExp", x!.shape, axes, true), dtype: "f32" } as const;
    return [spec, spec];
  },
  lower: ([x], [largest, total], { row }, target) =>
    extremeSumDispatches(x!, [largest!, total!], row, "powers", target),
  vjp: ([x], [, dTotal], _, [largest]) => [dTotal ? mul(exp(sub(x!, constant(largest!))), dTotal) : null],
};

/** Over axes, which are kept with size 1: the maximum m, and Σ eˣ⁻ᵐ (Σ eˣ where m is infinite). No gradient flows through m. */
export function powerSums(x: Tensor, axes: readonly number[]): { readonly largest: Tensor; readonly total: Tensor } {
  const row = extremeRows(reductionDims(x.shape, axes));
  if (row) {
    const [largest, total] = recordAll(powerSumsOp, [x], { axes, row }) as [Tensor, Tensor];
    return { largest, total };
  }
  const largest = max(x, axes, { keepDims: true });
  return { largest, total: sum(exp(sub(x, constant(largest))), axes, { keepDims: true }) };
}
