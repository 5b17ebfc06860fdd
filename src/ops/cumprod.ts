import cumprodGrad from "../../shaders/pointwise/cumprod_grad.wgsl";
import firstZeroAsOne from "../../shaders/pointwise/first_zero_as_one.wgsl";
import isZeroFunction from "../../shaders/pointwise/is_zero.wgsl";
import { normalizeAxis } from "../core/shape";
import { record } from "../graph/op";
import { pointwise, pointwiseGrad } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { type CumulativeOptions, cumsum, scanOp } from "./cumsum";
import { mul } from "./mul";

/**
 * Products of all elements up to each along an axis: `out[i] = x[0] · … · x[i]`. Integers wrap around.
 *
 * The gradient divides by elements before the first zero, and puts 1 in the place of that zero for its own: exact where no
 * product overflows or underflows.
 *
 * @param x f32, i32 or u32
 * @param axis default 0
 * @returns shape and dtype of x
 * @throws ShapeError where the axis is out of range
 */
export const cumprod = (x: Tensor, axis = 0, { reverse = false }: CumulativeOptions = {}): Tensor =>
  record(op, [x], { axis: normalizeAxis("cumprod", x.shape, axis), reverse });

const isZero = pointwise(isZeroFunction, () => [null]);
const withoutFirstZero = pointwise(firstZeroAsOne, () => [null, null]);
const gradient = pointwiseGrad(cumprodGrad);

export const op = scanOp("cumprod", "prod", ([x], [dOut], { axis, reverse }, [out]) => {
  const back = { reverse: !reverse };
  const zeros = cumsum(record(isZero, [x!], {}), axis, { reverse });
  const without = cumprod(record(withoutFirstZero, [x!, zeros], {}), axis, { reverse });
  return [gradient(x!, zeros, cumsum(mul(dOut!, out!), axis, back), cumsum(mul(dOut!, without), axis, back))];
});
