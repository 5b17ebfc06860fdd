import type { Tensor } from "../graph/tensor";
import { elu } from "./elu";
import { mul } from "./mul";

/** With these a unit's mean 0 and variance 1 stay as they are from layer to layer. */
const ALPHA = 1.6732632423543772;
const SCALE = 1.0507009873554805;

/**
 * Scaled exponential linear unit: `scale · x` where x > 0, else `scale · alpha · (eˣ − 1)`, with scale 1.0507 and alpha 1.6733.
 * Weights should begin with variance 1/fanIn, see `init.gainOf`.
 * @param x f32, any shape
 * @returns same shape
 * @throws DTypeError
 * @see Klambauer, Unterthiner, Mayr and Hochreiter 2017, "Self-normalizing neural networks"
 */
export const selu = (x: Tensor): Tensor => mul(elu(x, { alpha: ALPHA }), SCALE);
