import maximumFunction from "../../shaders/pointwise/maximum.wgsl";
import shareAbove from "../../shaders/pointwise/share_above.wgsl";
import { record } from "../graph/op";
import { noGradient, pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { operand } from "./full";
import { mul } from "./mul";

/**
 * The larger of both, element by element. Where both are equal, each gets half of the gradient. Of a NaN and a number the
 * result may be either.
 *
 * @param a f32, i32 or u32, or a number
 * @param b same dtype, of a shape that broadcasts with `a`; or a number
 * @returns the broadcast shape
 * @throws ShapeError, DTypeError
 */
export const maximum = (a: Tensor | number, b: Tensor | number): Tensor =>
  record(op, [operand(a, b, "maximum"), operand(b, a, "maximum")], {});

export const op = pointwise(maximumFunction, ([a, b], dOut) => [mul(dOut, share(a!, b!)), mul(dOut, share(b!, a!))]);

const shareOp = pointwise(shareAbove, noGradient);

/** Where a is above b 1, where they are equal ½, else 0. */
export const share = (a: Tensor, b: Tensor): Tensor => record(shareOp, [a, b], {});
