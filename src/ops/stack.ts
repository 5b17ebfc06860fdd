import { ShapeError } from "../core/errors";
import { sameShape, showShape } from "../core/shape";
import type { Tensor } from "../graph/tensor";
import { concat } from "./concat";
import { unsqueeze } from "./unsqueeze";

/**
 * Tensors of one shape joined along a new axis.
 * @param tensors same dtype and shape
 * @param axis where the new axis is in the result; default 0
 * @throws ShapeError, DTypeError
 */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  const [first] = tensors;
  if (!first) throw new ShapeError("stack", "of no tensors");
  if (!tensors.every((t) => sameShape(t.shape, first.shape)))
    throw new ShapeError(
      "stack",
      "shapes differ",
      { shapes: tensors.map((t) => showShape(t.shape)).join(" ") },
      "concat joins tensors that differ along the axis",
    );
  const parts = tensors.map((t) => unsqueeze(t, axis));
  return concat(parts, axis < 0 ? axis + parts[0]!.shape.length : axis);
}
