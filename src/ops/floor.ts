import roundDown from "../../shaders/pointwise/round_down.wgsl";
import { record } from "../graph/op";
import { noGradient, pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";

/**
 * The largest whole number that is at most x. Its gradient is 0.
 * @param x f32, any shape
 * @returns same shape
 * @throws DTypeError
 */
export const floor = (x: Tensor): Tensor => record(op, [x], {});

export const op = pointwise(roundDown, noGradient, { name: "floor" });
