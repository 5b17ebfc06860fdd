import logOfSum from "../../shaders/pointwise/log_of_sum.wgsl";
import { normalizeAxes } from "../core/shape";
import { checkDTypes, record } from "../graph/op";
import { pointwise } from "../graph/pointwise";
import { reducedShape } from "../graph/reduction";
import type { Tensor } from "../graph/tensor";
import { exp } from "./exp";
import { max } from "./max";
import { constant, safeQuotient } from "./norm";
import { reshape } from "./reshape";
import { sub } from "./sub";
import { type ReduceOptions, sum } from "./sum";

/** The result does not depend on what the terms are divided by, so no gradient flows there. */
const logOfSumOp = pointwise(logOfSum, ([total], dOut) => [safeQuotient(dOut, total!), null]);

/**
 * `log Σ eˣ` over axes, computed without overflow. Of −Infinity alone it is −Infinity, with a gradient of 0.
 * @param x f32
 * @param axes one or several; default all
 * @throws ShapeError where an axis is out of range
 * @throws DTypeError
 */
export function logSumExp(
  x: Tensor,
  axes?: number | readonly number[],
  { keepDims = false }: ReduceOptions = {},
): Tensor {
  checkDTypes("logSumExp", [x], ["f32"]);
  const list = normalizeAxes("logSumExp", x.shape, axes);
  const largest = max(x, list, { keepDims: true });
  const total = sum(exp(sub(x, constant(largest))), list, { keepDims: true });
  const result = record(logOfSumOp, [total, largest], {});
  return keepDims ? result : reshape(result, reducedShape("logSumExp", x.shape, list, false));
}
