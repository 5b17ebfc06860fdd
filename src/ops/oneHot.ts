import oneHotFunction from "../../shaders/pointwise/one_hot.wgsl";
import { ShapeError } from "../core/errors";
import { showShape } from "../core/shape";
import { checkIndices } from "../families/segments";
import { record } from "../graph/op";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { arange } from "./arange";
import { unsqueeze } from "./unsqueeze";

/**
 * Indices as rows of zeros with one 1: `out[…, c] = 1 if indices[…] = c else 0`. It fuses with what reads it.
 * @param indices i32 or u32, any shape, each 0 … classes − 1; −1 gives a row of zeros. Other indices are refused in feeds and
 * data, and give zeros where they are computed
 * @param classes ≥ 1
 * @returns f32 [..indices, classes]; no gradient flows
 * @throws ShapeError, DTypeError; DataError where data holds another index
 */
export function oneHot(indices: Tensor, classes: number): Tensor {
  if (!(Number.isInteger(classes) && classes >= 1))
    throw new ShapeError("oneHot", `${classes} classes`, { indices: showShape(indices.shape), wants: "1 or more" });
  checkIndices("oneHot", indices, classes, -1);
  return record(op, [unsqueeze(indices, -1), arange(0, classes, 1, indices.dtype)], {});
}

export const op = pointwise(oneHotFunction, () => [null, null]);
