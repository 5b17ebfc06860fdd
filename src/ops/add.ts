import addFunction from "../../shaders/pointwise/add.wgsl";
import { record } from "../graph/op";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { operand } from "./full";

/**
 * Sum `a + b`.
 *
 * @param a f32, i32 or u32, or a number
 * @param b same dtype, of a shape that broadcasts with `a`; or a number
 * @returns the broadcast shape
 * @throws ShapeError, DTypeError
 */
export const add = (a: Tensor | number, b: Tensor | number): Tensor =>
  record(op, [operand(a, b, "add"), operand(b, a, "add")], {});

/** The sum of those gradients that flow, that is are not null; null where none does. */
export const addFlowing = (parts: readonly (Tensor | null | undefined)[]): Tensor | null =>
  parts.reduce<Tensor | null>((sum, part) => (sum && part ? add(sum, part) : (sum ?? part ?? null)), null);

export const op = pointwise(addFunction, (_, dOut) => [dOut, dOut]);
