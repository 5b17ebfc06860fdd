import squareRoot from "../../shaders/pointwise/square_root.wgsl";
import { record } from "../graph/op";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { div } from "./div";
import { mul } from "./mul";

/**
 * Square root. The gradient at 0 is infinite.
 * @param x f32, any shape
 * @returns same shape
 * @throws DTypeError
 */
export const sqrt = (x: Tensor): Tensor => record(op, [x], {});

export const op = pointwise(squareRoot, (_, dOut, out) => [div(dOut, mul(out, 2))], { name: "sqrt" });
