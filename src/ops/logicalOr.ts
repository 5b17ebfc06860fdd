import logicalOrFunction from "../../shaders/pointwise/logical_or.wgsl";
import { record } from "../graph/op";
import { noGradient, pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";

/**
 * Where at least one is true, element by element.
 *
 * @param a u32; what is not 0 counts as true
 * @param b u32, of a shape that broadcasts with `a`
 * @returns u32: 1 or 0, the broadcast shape
 * @throws ShapeError, DTypeError
 */
export const logicalOr = (a: Tensor, b: Tensor): Tensor => record(op, [a, b], {});

export const op = pointwise(logicalOrFunction, noGradient, { name: "logicalOr" });
