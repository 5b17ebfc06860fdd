import logarithm from "../../shaders/pointwise/logarithm.wgsl";
import { record } from "../graph/op";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { div } from "./div";

/**
 * Natural logarithm; −∞ at 0 (some software adapters give −88).
 * @param x f32, any shape
 * @returns same shape
 * @throws DTypeError
 */
export const log = (x: Tensor): Tensor => record(op, [x], {});

export const op = pointwise(logarithm, ([x], dOut) => [div(dOut, x!)], { name: "log" });
