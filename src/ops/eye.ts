import { type DType, typedArray } from "../core/dtype";
import { checkShape } from "../core/shape";
import { constant } from "../graph/cast";
import type { Tensor } from "../graph/tensor";
import { checkValue } from "./full";

/**
 * Ones on the diagonal, zeros elsewhere. It is data: made once, at the call.
 * @param n rows
 * @param m columns, default n
 * @param dtype default f32
 * @returns [n, m]
 * @throws ShapeError unless both are integers ≥ 1; DTypeError where there is no such dtype
 */
export function eye(n: number, m = n, dtype: DType = "f32"): Tensor {
  checkShape("eye", [n, m]);
  checkValue("eye", 1, dtype);
  const values = typedArray(dtype, n * m);
  for (let i = 0; i < Math.min(n, m); i++) values[i * m + i] = 1;
  return constant([n, m], dtype, values);
}
