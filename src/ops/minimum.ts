import minimumFunction from "../../shaders/pointwise/minimum.wgsl";
import { record } from "../graph/op";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { operand } from "./full";
import { share } from "./maximum";
import { mul } from "./mul";

/**
 * The smaller of both, element by element. Where both are equal, each gets half of the gradient. Of a NaN and a number the
 * result may be either.
 *
 * @param a f32, i32 or u32, or a number
 * @param b same dtype, of a shape that broadcasts with `a`; or a number
 * @returns the broadcast shape
 * @throws ShapeError, DTypeError
 */
export const minimum = (a: Tensor | number, b: Tensor | number): Tensor =>
  record(op, [operand(a, b, "minimum"), operand(b, a, "minimum")], {});

export const op = pointwise(minimumFunction, ([a, b], dOut) => [mul(dOut, share(b!, a!)), mul(dOut, share(a!, b!))]);
