import isZeroFunction from "../../shaders/pointwise/is_zero.wgsl";
import nonzeroOrOne from "../../shaders/pointwise/nonzero_or_one.wgsl";
import prodGrad from "../../shaders/pointwise/prod_grad.wgsl";
import { numel } from "../core/shape";
import { vjpOf } from "../graph/autograd";
import { type PointwiseOp, record } from "../graph/op";
import { pointwise, pointwiseWith } from "../graph/pointwise";
import { reducedShape } from "../graph/reduction";
import type { Tensor } from "../graph/tensor";
import { cumprod, moved } from "./cumprod";
import { mul } from "./mul";
import { permute } from "./permute";
import { reshape } from "./reshape";
import { GRADIENT_OPS, type ReduceOptions, reduceBy, reduction, sum } from "./sum";

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

interface GradientAttrs {
  readonly axes: readonly number[];
}

/** dOut times the product of the others, from x, dOut and what is counted of x, which has no gradient of its own. */
const gradient: PointwiseOp<GradientAttrs> = pointwiseWith<GradientAttrs>(
  prodGrad,
  () => [],
  ([x, rest, zeros, dOut], q, { axes }) => {
    const others = ([x]: readonly Tensor[]) => [productOfOthers(x!, axes)];
    const [byX] = vjpOf(others, [x!], [mul(q, dOut!)], GRADIENT_OPS);
    return [byX!, null, null, record(gradient, [x!, rest!, zeros!, q], { axes })];
  },
);

/** For each element the product of the others along the axes, as that of those before it and that of those behind it. */
function productOfOthers(x: Tensor, axes: readonly number[]): Tensor {
  const kept = x.shape.flatMap((_, d) => (axes.includes(d) ? [] : [d]));
  const order = [...kept, ...axes];
  const rows = reshape(permute(x, order), [-1, numel(axes.map((d) => x.shape[d]!))]);
  const before = cumprod(moved(rows, 1, 1, 1), 1);
  const behind = cumprod(moved(rows, 1, -1, 1), 1, { reverse: true });
  const others = reshape(
    mul(before, behind),
    order.map((d) => x.shape[d]!),
  );
  return permute(
    others,
    order.map((_, d) => order.indexOf(d)),
  );
}

export const op = reduction("prod", ([x], [dOut], { axes }) => {
  const keepDims = { keepDims: true };
  const rest = prod(record(withoutZeros, [x!], {}), axes, keepDims);
  const zeros = sum(record(isZero, [x!], {}), axes, keepDims);
  const flowing = reshape(dOut!, reducedShape("prod", x!.shape, axes, true));
  return [record(gradient, [x!, rest, zeros, flowing], { axes })];
});
