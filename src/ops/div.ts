import divFunction from "../../shaders/pointwise/div.wgsl";
import { record } from "../graph/op";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { operand } from "./full";
import { mul } from "./mul";
import { neg } from "./neg";
import { sumTo } from "./sum";

/**
 * Quotient `a / b`, element by element; integers are truncated.
 *
 * @param a f32, i32 or u32, or a number
 * @param b same dtype, of a shape that broadcasts with `a`; or a number
 * @returns the broadcast shape
 * @throws ShapeError, DTypeError
 */
export const div = (a: Tensor | number, b: Tensor | number): Tensor =>
  record(op, [operand(a, b, "div"), operand(b, a, "div")], {});

/** Where b was broadcast, its gradient is summed before it is divided: fewer divisions, and sums of plain products. */
export const op = pointwise(divFunction, ([, b], dOut, out) => [
  div(dOut, b!),
  neg(div(sumTo(mul(dOut, out), b!.shape), b!)),
]);
