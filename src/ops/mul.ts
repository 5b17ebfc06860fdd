import mulFunction from "../../shaders/pointwise/mul.wgsl";
import { record } from "../graph/op";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { operand } from "./full";

/**
 * Product `a · b`, element by element.
 *
 * @param a f32, i32 or u32, or a number
 * @param b same dtype, of a shape that broadcasts with `a`; or a number
 * @returns the broadcast shape
 * @throws ShapeError, DTypeError
 */
export const mul = (a: Tensor | number, b: Tensor | number): Tensor =>
  record(op, [operand(a, b, "mul"), operand(b, a, "mul")], {});

export const op = pointwise(mulFunction, ([a, b], dOut) => [mul(dOut, b!), mul(dOut, a!)]);
