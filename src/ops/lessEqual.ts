import lessEqualFunction from "../../shaders/pointwise/less_equal.wgsl";
import { record } from "../graph/op";
import { noGradient, pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { operand } from "./full";

/**
 * Where `a ≤ b`, element by element. The result for NaN is undefined: use `isNaN`.
 *
 * @param a f32, i32 or u32, or a number
 * @param b same dtype, of a shape that broadcasts with `a`; or a number
 * @returns u32: 1 or 0, the broadcast shape
 * @throws ShapeError, DTypeError
 */
export const lessEqual = (a: Tensor | number, b: Tensor | number): Tensor =>
  record(op, [operand(a, b, "lessEqual"), operand(b, a, "lessEqual")], {});

export const op = pointwise(lessEqualFunction, noGradient, { name: "lessEqual" });
