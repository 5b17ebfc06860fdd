import remainderFunction from "../../shaders/pointwise/remainder.wgsl";
import { record } from "../graph/op";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { div } from "./div";
import { floor } from "./floor";
import { operand } from "./full";
import { mul } from "./mul";
import { neg } from "./neg";

/**
 * Remainder `a − b · ⌊a / b⌋`, element by element: it has the sign of b.
 *
 * Where a / b is within rounding of a whole number, an f32 result may be near 0 or near b. What an integer leaves over 0 depends on
 * the device.
 *
 * @param a f32, i32 or u32, or a number
 * @param b same dtype, of a shape that broadcasts with `a`; or a number
 * @returns the broadcast shape
 * @throws ShapeError, DTypeError
 */
export const remainder = (a: Tensor | number, b: Tensor | number): Tensor =>
  record(op, [operand(a, b, "remainder"), operand(b, a, "remainder")], {});

export const op = pointwise(remainderFunction, ([a, b], dOut) => [dOut, neg(mul(dOut, floor(div(a!, b!))))]);
