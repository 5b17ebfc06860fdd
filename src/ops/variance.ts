import plus from "../../shaders/pointwise/add.wgsl";
import squaredDeviation from "../../shaders/pointwise/squared_deviation.wgsl";
import subtract from "../../shaders/pointwise/sub.wgsl";
import { ShapeError } from "../core/errors";
import { normalizeAxes, showShape } from "../core/shape";
import { checkDTypes, record } from "../graph/op";
import { optionsOf } from "../graph/options";
import { pointwise } from "../graph/pointwise";
import { reducedShape, reductionDims } from "../graph/reduction";
import type { Tensor } from "../graph/tensor";
import { moments } from "./batchNorm";
import { mean } from "./mean";
import { mul } from "./mul";
import { reshape } from "./reshape";
import { slice } from "./slice";
import { sub } from "./sub";
import { type ReduceOptions, scaledSum } from "./sum";

export interface VarianceOptions extends ReduceOptions {
  /** Subtracted from the number of elements that the sum is divided by; default 1: unbiased. */
  readonly correction?: number;
}

/** (x − µ)² for the mean µ of x. Since deviations from it sum to 0, no gradient reaches x by way of µ. */
const deviation = pointwise(squaredDeviation, ([x, µ], dOut) => [mul(mul(dOut, 2), sub(x!, µ!)), null]);

/**
 * x − origin, and the mean of that + origin: so the mean of equal numbers, with one of them as the origin, is exactly that
 * number. It does not depend on the origin, which therefore has no gradient.
 */
const from = pointwise(subtract, (_, dOut) => [dOut, null]);
const onto = pointwise(plus, (_, dOut) => [dOut, null]);

/**
 * Variance over axes, `Σ (x − µ)² / (n − correction)`, accurate also where the mean is far larger than the deviations.
 * @param x f32
 * @param axes one or several; default all
 * @throws ShapeError where an axis is out of range, or n − correction is not above 0
 * @throws DTypeError
 */
export const variance = (x: Tensor, axes?: number | readonly number[], options: VarianceOptions = {}): Tensor =>
  varianceFor("variance", x, axes, options);

/** {@link variance}, with `name` for the op in errors. */
export function varianceFor(
  name: string,
  x: Tensor,
  axes: number | readonly number[] | undefined,
  options: VarianceOptions,
): Tensor {
  const { correction = 1, keepDims = false } = optionsOf(name, options, "correction keepDims");
  checkDTypes(name, [x], ["f32"]);
  const list = normalizeAxes(name, x.shape, axes);
  const count = list.reduce((n, d) => n * x.shape[d]!, 1);
  if (!(count - correction > 0))
    throw new ShapeError(
      name,
      `of ${count} values with correction ${correction}`,
      { x: showShape(x.shape), axes: showShape(list) },
      "pass a smaller correction, such as 0",
    );
  const dims = reductionDims(x.shape, list);
  // From one reading of x; but from two where dimensions are kept both before and after those that are reduced.
  if (dims && (dims.k0 === 1 || dims.k1 === 1)) {
    const { k0, r0, k1, r1 } = dims;
    const channels = k1 === 1 ? { r0: 1, channels: k0, r1: r0 * r1 } : { r0, channels: k1, r1 };
    return reshape(moments(x, channels, 1, 0, correction).variance, reducedShape(name, x.shape, list, keepDims));
  }
  const first = slice(
    x,
    list,
    list.map(() => 0),
    list.map(() => 1),
  );
  const µ = record(onto, [mean(record(from, [x, first], {}), list, { keepDims: true }), first], {});
  return scaledSum(record(deviation, [x, µ], {}), list, { keepDims }, 1 / (count - correction));
}
