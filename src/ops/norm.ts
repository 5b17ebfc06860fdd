import atLeastFunction from "../../shaders/pointwise/at_least.wgsl";
import atLeastGrad from "../../shaders/pointwise/at_least_grad.wgsl";
import finiteOrZero from "../../shaders/pointwise/finite_or_zero.wgsl";
import magnitudePower from "../../shaders/pointwise/magnitude_power.wgsl";
import magnitudePowerGrad from "../../shaders/pointwise/magnitude_power_grad.wgsl";
import nonzeroOrOne from "../../shaders/pointwise/nonzero_or_one.wgsl";
import safeQuotientFunction from "../../shaders/pointwise/safe_quotient.wgsl";
import safeRootFunction from "../../shaders/pointwise/safe_root.wgsl";
import { DataError } from "../core/errors";
import { normalizeAxes } from "../core/shape";
import { checkDTypes, type PointwiseOp, record } from "../graph/op";
import { optionsOf } from "../graph/options";
import { pointwise, pointwiseWith } from "../graph/pointwise";
import { reducedShape } from "../graph/reduction";
import type { Tensor } from "../graph/tensor";
import { abs } from "./abs";
import { div } from "./div";
import { max } from "./max";
import { mul } from "./mul";
import { neg } from "./neg";
import { reshape } from "./reshape";
import { square } from "./square";
import { type ReduceOptions, sum, sumTo } from "./sum";

export interface NormOptions extends ReduceOptions {
  /** Order of the norm, above 0; Infinity for the largest magnitude. Default 2. */
  readonly p?: number;
}

/**
 * Vector norm over axes, `(Σ |x|ᵖ)^(1/p)`. Its gradient is 0 where the norm is 0; for p = Infinity equal largest magnitudes
 * share it. For p other than 1, 2 and Infinity, x is divided by its largest magnitude before powers are taken, so that these do
 * not overflow.
 * @param x f32
 * @param axes one or several; default all
 * @throws ShapeError where an axis is out of range
 * @throws DataError unless p is above 0
 * @throws DTypeError
 */
export function norm(x: Tensor, axes?: number | readonly number[], options: NormOptions = {}): Tensor {
  const { p = 2, keepDims } = optionsOf("norm", options, "p keepDims");
  return normFor("norm", x, axes, p, keepDims);
}

/** {@link norm}, with `name` for the op in errors. */
export function normFor(
  name: string,
  x: Tensor,
  axes: number | readonly number[] | undefined,
  p: number,
  keepDims = false,
): Tensor {
  checkDTypes(name, [x], ["f32"]);
  if (!(p > 0)) throw new DataError(name, `wants p above 0, not ${p}`);
  const list = normalizeAxes(name, x.shape, axes);
  if (p === 1) return sum(abs(x), list, { keepDims });
  if (p === 2) return safeRoot(sum(square(x), list, { keepDims }));
  if (p === Number.POSITIVE_INFINITY) return max(abs(x), list, { keepDims });
  // The result does not depend on what x is divided by, so no gradient flows through it.
  const largest = record(unit, [constant(max(abs(x), list, { keepDims: true }))], {});
  const total = sum(record(power, [div(x, largest)], { p }), list, { keepDims: true });
  const result = mul(record(power, [total], { p: 1 / p }), largest);
  return keepDims ? result : reshape(result, reducedShape(name, x.shape, list, false));
}

const quotientOp: PointwiseOp = pointwise(safeQuotientFunction, ([, b], dOut, out) => [
  safeQuotient(dOut, b!),
  neg(safeQuotient(sumTo(mul(dOut, out), b!.shape), b!)),
]);

/** a / b, and 0 where b is 0: for gradients whose limit there is not wanted. */
export const safeQuotient = (a: Tensor, b: Tensor): Tensor => record(quotientOp, [a, b], {});

const rootOp = pointwise(safeRootFunction, (_, dOut, out) => [safeQuotient(mul(dOut, 0.5), out)]);

/** √x, with a gradient of 0 at 0. */
export const safeRoot = (x: Tensor): Tensor => record(rootOp, [x], {});

const constantOp = pointwise(finiteOrZero, () => [null]);

/** x without a gradient; 0 where it is not finite. */
export const constant = (x: Tensor): Tensor => record(constantOp, [x], {});

const unit = pointwise(nonzeroOrOne, () => [null]);

interface LeastAttrs {
  readonly least: number;
}

const atLeastGradOp: PointwiseOp<LeastAttrs> = pointwiseWith<LeastAttrs>(
  atLeastGrad,
  ({ least }) => [least],
  ([x], dOut, attrs) => [null, record(atLeastGradOp, [x!, dOut], attrs)],
);

const atLeastOp = pointwiseWith<LeastAttrs>(
  atLeastFunction,
  ({ least }) => [least],
  ([x], dOut, attrs) => [record(atLeastGradOp, [x!, dOut], attrs)],
);

/** The larger of x and a number; where it is the number, no gradient flows. */
export const atLeast = (x: Tensor, least: number): Tensor => record(atLeastOp, [x], { least });

/** The length of vectors along an axis, but at least `eps`: to divide by. @throws DataError unless eps is at least 0 */
export function lengthFor(name: string, x: Tensor, axis: number, eps: number, keepDims = false): Tensor {
  if (!(eps >= 0)) throw new DataError(name, `wants eps of at least 0, not ${eps}`);
  return atLeast(normFor(name, x, axis, 2, keepDims), eps);
}

interface PowerAttrs {
  readonly p: number;
}

/** p·|x|ᵖ⁻¹·sign(x)·dOut. Its derivative for x is p·(p − 1)·|x|ᵖ⁻²·dOut, 0 at 0 whatever p is. */
const powerGrad: PointwiseOp<PowerAttrs> = pointwiseWith<PowerAttrs>(
  magnitudePowerGrad,
  ({ p }) => [p],
  ([x, dOut], q, { p }) => [
    mul(mul(q, dOut!), mul(record(power, [x!], { p: p - 2 }), p * (p - 1))),
    record(powerGrad, [x!, q], { p }),
  ],
);

/** |x|ᵖ, p of any sign; 0 at 0. */
const power: PointwiseOp<PowerAttrs> = pointwiseWith<PowerAttrs>(
  magnitudePower,
  ({ p }) => [p],
  ([x], dOut, attrs) => [record(powerGrad, [x!, dOut], attrs)],
);
