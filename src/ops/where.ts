import choose from "../../shaders/pointwise/choose.wgsl";
import { record } from "../graph/op";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { operand } from "./full";

/**
 * `a` where the condition holds, else `b`, element by element.
 *
 * @param condition u32; what is not 0 counts as true
 * @param a f32, i32 or u32, or a number
 * @param b same dtype, or a number; the shapes of all three broadcast
 * @returns the broadcast shape, the dtype of `a` and `b`
 * @throws ShapeError, DTypeError
 */
export const where = (condition: Tensor, a: Tensor | number, b: Tensor | number): Tensor =>
  record(op, [condition, operand(a, b, "where"), operand(b, a, "where")], {});

export const op = pointwise(
  choose,
  ([condition], dOut) => [null, where(condition!, dOut, 0), where(condition!, 0, dOut)],
  { name: "where" },
);
