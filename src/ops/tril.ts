import trilFunction from "../../shaders/pointwise/tril.wgsl";
import { record } from "../graph/op";
import { pointwiseWith } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { diagonalPlaces } from "./arange";

interface TrilAttrs {
  readonly diagonal: number;
}

/**
 * The part of each matrix on and below a diagonal; 0 elsewhere. It fuses with what is around it.
 * @param x [.., M, N], any dtype
 * @param diagonal which: 0 the main one, 1 the one above it, −1 the one below; default 0
 * @returns same shape
 * @throws ShapeError unless x has at least two dimensions and the diagonal is an integer
 */
export const tril = (x: Tensor, diagonal = 0): Tensor =>
  record(op, [x, ...diagonalPlaces("tril", x, diagonal)], { diagonal });

export const op = pointwiseWith<TrilAttrs>(
  trilFunction,
  ({ diagonal }) => [diagonal],
  (_, dOut, { diagonal }) => [tril(dOut, diagonal), null, null],
);
