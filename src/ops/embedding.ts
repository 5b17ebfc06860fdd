import { ShapeError } from "../core/errors";
import { showShape } from "../core/shape";
import { checkIndices, NO_SKIP } from "../families/segments";
import { checkDTypes } from "../graph/op";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { pick } from "./gather";

export interface EmbeddingOptions {
  /** A row that gets no gradient; a negative index counts from the last. Default: none. */
  readonly paddingIndex?: number | undefined;
}

/**
 * Rows of a table: `out[…, :] = weight[indices[…], :]`. The gradient of a row is summed over the places that read it, in a
 * fixed order.
 * @param weight f32 [V, D]
 * @param indices i32 or u32, any shape, each 0 … V − 1; −1 reads zeros and sends no gradient. Other indices are refused in feeds
 * and data, and treated as −1 where they are computed
 * @returns [..indices, D]
 * @throws ShapeError, DTypeError; DataError where data holds another index
 */
export function embedding(weight: Tensor, indices: Tensor, options: EmbeddingOptions = {}): Tensor {
  const { paddingIndex } = optionsOf("embedding", options, "paddingIndex");
  checkDTypes("embedding", [weight], ["f32"]);
  const [rows, width] = weight.shape;
  if (weight.shape.length !== 2)
    throw new ShapeError("embedding", "weight must be a matrix of one row an index", {
      weight: showShape(weight.shape),
    });
  checkIndices("embedding", indices, rows!, -1);
  const frozen = paddingIndex === undefined ? NO_SKIP : paddingIndex < 0 ? paddingIndex + rows! : paddingIndex;
  if (paddingIndex !== undefined && !(Number.isInteger(frozen) && frozen >= 0 && frozen < rows!))
    throw new ShapeError("embedding", `paddingIndex ${paddingIndex} is no row`, { weight: showShape(weight.shape) });
  const dims = { batch: 1, outer: 1, n: rows!, m: indices.size, inner: 1, width: width!, skip: NO_SKIP };
  return pick(weight, indices, [...indices.shape, width!], dims, frozen);
}
