import isZeroFunction from "../../shaders/pointwise/is_zero.wgsl";
import nonzeroOrOne from "../../shaders/pointwise/nonzero_or_one.wgsl";
import prodGrad from "../../shaders/pointwise/prod_grad.wgsl";
import { record } from "../graph/op";
import { pointwise, pointwiseGrad } from "../graph/pointwise";
import { reducedShape } from "../graph/reduction";
import type { Tensor } from "../graph/tensor";
import { reshape } from "./reshape";
import { type ReduceOptions, reduceBy, reduction, sum } from "./sum";

/**
 * Product over axes, in the dtype of x; integers wrap around.
 *
 * The gradient for an element is the product of the others: the whole product divided by the element, or where there are zeros,
 * found by counting them. It is accurate where the product of the non-zero elements neither overflows nor underflows.
 *
 * @param x f32, i32 or u32
 * @param axes one or several; default all
 * @returns dtype of x
 * @throws ShapeError where an axis is out of range
 */
export const prod = (x: Tensor, axes?: number | readonly number[], options: ReduceOptions = {}): Tensor =>
  reduceBy(op, x, axes, options);

const isZero = pointwise(isZeroFunction, () => [null]);
const withoutZeros = pointwise(nonzeroOrOne, () => [null]);
const gradient = pointwiseGrad(prodGrad);

export const op = reduction("prod", ([x], [dOut], { axes }) => {
  const keepDims = { keepDims: true };
  const rest = prod(record(withoutZeros, [x!], {}), axes, keepDims);
  const zeros = sum(record(isZero, [x!], {}), axes, keepDims);
  return [gradient(x!, rest, zeros, reshape(dOut!, reducedShape("prod", x!.shape, axes, true)))];
});
