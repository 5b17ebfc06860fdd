import { normalizeAxis } from "../core/shape";
import type { Tensor } from "../graph/tensor";
import { permute } from "./permute";

/**
 * Swaps two dimensions, without a copy.
 * @param x any dtype
 * @param a default −2
 * @param b default −1: a matrix is transposed
 * @throws ShapeError where x has no such dimension
 */
export function transpose(x: Tensor, a = -2, b = -1): Tensor {
  const [i, j] = [normalizeAxis("transpose", x.shape, a), normalizeAxis("transpose", x.shape, b)];
  return permute(
    x,
    x.shape.map((_, d) => (d === i ? j : d === j ? i : d)),
  );
}
