import signum from "../../shaders/pointwise/signum.wgsl";
import { record } from "../graph/op";
import { noGradient, pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";

/**
 * Sign: 1, 0 or −1. Its gradient is 0.
 * @param x f32, i32 or u32, any shape
 * @returns same shape and dtype
 * @throws DTypeError
 */
export const sign = (x: Tensor): Tensor => record(op, [x], {});

export const op = pointwise(signum, noGradient, { name: "sign" });
