import subFunction from "../../shaders/pointwise/sub.wgsl";
import { record } from "../graph/op";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { operand } from "./full";
import { neg } from "./neg";

/**
 * Difference `a − b`.
 *
 * @param a f32, i32 or u32, or a number
 * @param b same dtype, of a shape that broadcasts with `a`; or a number
 * @returns the broadcast shape
 * @throws ShapeError, DTypeError
 */
export const sub = (a: Tensor | number, b: Tensor | number): Tensor =>
  record(op, [operand(a, b, "sub"), operand(b, a, "sub")], {});

export const op = pointwise(subFunction, (_, dOut) => [dOut, neg(dOut)]);
