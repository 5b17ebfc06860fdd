import roundNearest from "../../shaders/pointwise/round_nearest.wgsl";
import { record } from "../graph/op";
import { noGradient, pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";

/**
 * The nearest whole number; halves go to the even one. Its gradient is 0.
 * @param x f32, any shape
 * @returns same shape
 * @throws DTypeError
 */
export const round = (x: Tensor): Tensor => record(op, [x], {});

export const op = pointwise(roundNearest, noGradient, { name: "round" });
