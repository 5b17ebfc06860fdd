import { ShapeError } from "../core/errors";
import { normalizeAxis, type Shape, showShape } from "../core/shape";
import { type Indexed, scatterDispatches } from "../families/segments";
import { checkDTypes, type KernelOp, record } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { add } from "./add";
import { alongAxis, checkIndex, pick } from "./gather";
import { pad } from "./pad";
import { slice } from "./slice";

/**
 * Adds elements of `source` to those of x that the indices name along one axis:
 * `out[i, index[i, j, k], k] = x[…] + Σ source[i, j, k]` for axis 1. Sums are made in a fixed order, the same each time.
 * @param x f32
 * @param axis negative counts from the last
 * @param index i32 or u32, of as many dimensions as x; none but the axis may be larger than that of x. An index outside
 * 0 … size − 1 is refused in feeds and data; where it is computed, its element is left out
 * @param source f32, of as many dimensions, none smaller than that of index
 * @returns same shape as x
 * @throws ShapeError, DTypeError; DataError where data holds another index
 */
export function scatterAdd(x: Tensor, axis: number, index: Tensor, source: Tensor): Tensor {
  const d = normalizeAxis("scatterAdd", x.shape, axis);
  checkDTypes("scatterAdd", [x, source], ["f32"]);
  checkIndex("scatterAdd", x, d, index);
  const isCovered = index.shape.every((n, e) => n <= (source.shape[e] ?? 0));
  if (source.shape.length !== index.shape.length || !isCovered)
    throw new ShapeError("scatterAdd", "index reaches beyond source", {
      index: showShape(index.shape),
      source: showShape(source.shape),
    });
  const every = index.shape.map((_, e) => e);
  const used = source.size === index.size ? source : slice(source, every, undefined, index.shape);
  const part = x.shape.map((size, e) => (e === d ? size : index.shape[e]!));
  const sums = scatterSum(index, used, part, alongAxis(part, d, index.shape[d]!));
  const missing = [...every].reverse().flatMap((e) => [0, x.shape[e]! - part[e]!]);
  return add(x, pad(sums, missing));
}

interface ScatterAttrs {
  readonly shape: Shape;
  readonly dims: Indexed;
}

/** For each element of a table seen as `dims`, the sum of the elements of `source` whose indices name it. */
export const scatterSum = (index: Tensor, source: Tensor, shape: Shape, dims: Indexed): Tensor =>
  record(op, [index, source], { shape, dims });

export const op: KernelOp<ScatterAttrs> = {
  kind: "kernel",
  name: "scatter_add",
  infer: (_, { shape }) => [{ shape, dtype: "f32" }],
  lower: ([index, source], [out], { dims }, target) => scatterDispatches(index!, source!, out!, dims, target),
  vjp: ([index, source], [dOut], { dims }) => [null, pick(dOut!, index!, source!.shape, dims)],
};
