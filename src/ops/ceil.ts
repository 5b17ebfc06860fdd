import roundUp from "../../shaders/pointwise/round_up.wgsl";
import { record } from "../graph/op";
import { noGradient, pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";

/**
 * The smallest whole number that is at least x. Its gradient is 0.
 * @param x f32, any shape
 * @returns same shape
 * @throws DTypeError
 */
export const ceil = (x: Tensor): Tensor => record(op, [x], {});

export const op = pointwise(roundUp, noGradient, { name: "ceil" });
