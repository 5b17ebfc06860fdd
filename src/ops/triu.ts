import triuFunction from "../../shaders/pointwise/triu.wgsl";
import { record } from "../graph/op";
import { pointwiseWith } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { diagonalPlaces } from "./arange";

interface TriuAttrs {
  readonly diagonal: number;
}

/**
 * The part of each matrix on and above a diagonal; 0 elsewhere. It fuses with what is around it.
 * @param x [.., M, N], any dtype
 * @param diagonal which: 0 the main one, 1 the one above it, −1 the one below; default 0
 * @returns same shape
 * @throws ShapeError unless x has at least two dimensions and the diagonal is an integer
 */
export const triu = (x: Tensor, diagonal = 0): Tensor =>
  record(op, [x, ...diagonalPlaces("triu", x, diagonal)], { diagonal });

export const op = pointwiseWith<TriuAttrs>(
  triuFunction,
  ({ diagonal }) => [diagonal],
  (_, dOut, { diagonal }) => [triu(dOut, diagonal), null, null],
);
