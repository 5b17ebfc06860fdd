import { ShapeError } from "../core/errors";
import { normalizeAxis, numel, showShape } from "../core/shape";
import { checkIndices, NO_SKIP } from "../families/segments";
import type { Tensor } from "../graph/tensor";
import { pick } from "./gather";

/**
 * Slices picked along one axis: `out[…, j, …] = x[…, indices[j], …]`.
 * @param x any dtype
 * @param axis negative counts from the last
 * @param indices i32 or u32 [m]. An index outside 0 … size − 1 is refused in feeds and data, and gives zeros where it is computed
 * @returns shape of x with m in place of the axis. The gradient goes to the slices that were picked, as often as they were
 * @throws ShapeError, DTypeError; DataError where data holds another index
 */
export function indexSelect(x: Tensor, axis: number, indices: Tensor): Tensor {
  const d = normalizeAxis("indexSelect", x.shape, axis);
  if (indices.shape.length !== 1)
    throw new ShapeError("indexSelect", "indices must have one dimension", { indices: showShape(indices.shape) });
  checkIndices("indexSelect", indices, x.shape[d]!);
  const dims = {
    batch: numel(x.shape.slice(0, d)),
    outer: 1,
    n: x.shape[d]!,
    m: indices.size,
    inner: 1,
    width: numel(x.shape.slice(d + 1)),
    skip: NO_SKIP,
  };
  return pick(x, indices, x.shape.with(d, indices.size), dims);
}
