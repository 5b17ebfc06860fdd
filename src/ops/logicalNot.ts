import logicalNotFunction from "../../shaders/pointwise/logical_not.wgsl";
import { record } from "../graph/op";
import { noGradient, pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";

/**
 * Negation of a mask: 1 where x is 0, else 0.
 * @param x u32, any shape; what is not 0 counts as true
 * @returns u32, same shape
 * @throws DTypeError
 */
export const logicalNot = (x: Tensor): Tensor => record(op, [x], {});

export const op = pointwise(logicalNotFunction, noGradient, { name: "logicalNot" });
