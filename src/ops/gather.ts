import { ShapeError } from "../core/errors";
import { normalizeAxis, numel, type Shape, showShape } from "../core/shape";
import { checkIndices, gatherDispatch, type Indexed, NO_SKIP } from "../families/segments";
import { type KernelOp, record } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { scatterSum } from "./scatterAdd";
import { slice } from "./slice";

/**
 * Elements picked along one axis: `out[i, j, k] = x[i, index[i, j, k], k]` for axis 1.
 * @param x any dtype
 * @param axis negative counts from the last
 * @param index i32 or u32, of as many dimensions as x; none but the axis may be larger than that of x. An index outside
 * 0 … size − 1 is refused in feeds and data, and gives 0 where it is computed
 * @returns shape of index, dtype of x. The gradient goes to the elements that were picked, as often as they were
 * @throws ShapeError, DTypeError; DataError where data holds another index
 */
export function gather(x: Tensor, axis: number, index: Tensor): Tensor {
  const d = normalizeAxis("gather", x.shape, axis);
  checkIndex("gather", x, d, index);
  const others = x.shape.flatMap((size, e) => (e !== d && index.shape[e] !== size ? [e] : []));
  const part = others.length
    ? slice(
        x,
        others,
        undefined,
        others.map((e) => index.shape[e]!),
      )
    : x;
  return pick(part, index, index.shape, alongAxis(part.shape, d, index.shape[d]!));
}

/** @throws ShapeError, DTypeError, DataError unless `index` can pick from `x` along an axis */
export function checkIndex(op: string, x: Tensor, axis: number, index: Tensor): void {
  const fits = index.shape.length === x.shape.length && index.shape.every((n, d) => d === axis || n <= x.shape[d]!);
  if (!fits)
    throw new ShapeError(op, `index reaches beyond x besides axis ${axis}`, {
      x: showShape(x.shape),
      index: showShape(index.shape),
    });
  checkIndices(op, index, x.shape[axis]!);
}

/** A table of which each line along the axis has `m` indices of its own. */
export const alongAxis = (shape: Shape, axis: number, m: number): Indexed => ({
  batch: 1,
  outer: numel(shape.slice(0, axis)),
  n: shape[axis]!,
  m,
  inner: numel(shape.slice(axis + 1)),
  width: 1,
  skip: NO_SKIP,
});

interface GatherAttrs {
  readonly shape: Shape;
  readonly dims: Indexed;
  /** An index whose elements are read, but get no gradient. */
  readonly frozen: number;
}

/** The elements that the indices pick from a table seen as `dims`; `frozen` gets no gradient. */
export const pick = (table: Tensor, index: Tensor, shape: Shape, dims: Indexed, frozen = dims.skip): Tensor =>
  record(op, [table, index], { shape, dims, frozen });

export const op: KernelOp<GatherAttrs> = {
  kind: "kernel",
  name: "gather",
  infer: ([table], { shape }) => [{ shape, dtype: table!.dtype }],
  lower: ([table, index], [out], { dims }, target) => [gatherDispatch(table!, index!, out!, dims, target)],
  vjp: ([table, index], [dOut], { dims, frozen }) => [
    scatterSum(index!, dOut!, table!.shape, { ...dims, skip: frozen }),
    null,
  ],
};
