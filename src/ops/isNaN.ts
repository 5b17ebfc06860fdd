import isNan from "../../shaders/pointwise/is_nan.wgsl";
import { record } from "../graph/op";
import { noGradient, pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";

/**
 * Where x is NaN.
 * @param x f32, any shape
 * @returns u32: 1 or 0, same shape
 * @throws DTypeError
 */
// biome-ignore lint/suspicious/noShadowRestrictedNames: the field's name; the global takes no tensor.
export const isNaN = (x: Tensor): Tensor => record(op, [x], {});

export const op = pointwise(isNan, noGradient, { name: "isNaN" });
