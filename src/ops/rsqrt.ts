import reciprocalSquareRoot from "../../shaders/pointwise/reciprocal_square_root.wgsl";
import { record } from "../graph/op";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { mul } from "./mul";
import { square } from "./square";

/**
 * Reciprocal square root `1 / √x`.
 * @param x f32 above 0, any shape
 * @returns same shape
 * @throws DTypeError
 */
export const rsqrt = (x: Tensor): Tensor => record(op, [x], {});

export const op = pointwise(reciprocalSquareRoot, (_, dOut, out) => [mul(mul(dOut, -0.5), mul(out, square(out)))], {
  name: "rsqrt",
});
