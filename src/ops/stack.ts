import { DTypeError, ShapeError } from "../core/errors";
import { sameShape, showShape } from "../core/shape";
import { checkList } from "../graph/options";
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
  checkList("stack", "tensors", tensors);
  const [first] = tensors;
  if (!first) throw new ShapeError("stack", "of no tensors");
  if (!tensors.every((t) => sameShape(t.shape, first.shape)))
    throw new ShapeError(
      "stack",
      "shapes differ",
      { shapes: tensors.map((t) => showShape(t.shape)).join(" ") },
      "concat joins tensors that differ along the axis",
    );
  const d = axis < 0 ? axis + first.shape.length + 1 : axis;
  if (!Number.isInteger(d) || d < 0 || d > first.shape.length)
    throw new ShapeError("stack", `axis ${axis} is out of range`, { tensors: showShape(first.shape) });
  if (!tensors.every((t) => t.dtype === first.dtype))
    throw new DTypeError("stack", "dtypes differ", { dtypes: tensors.map((t) => t.dtype).join(" ") });
  return concat(
    tensors.map((t) => unsqueeze(t, d)),
    d,
  );
}
