import { ShapeError } from "../core/errors";
import { normalizeAxis, showShape } from "../core/shape";
import { recordAll, type ViewOp } from "../graph/op";
import { checkList } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { concat } from "./concat";
import { full } from "./full";

interface SplitAttrs {
  readonly axis: number;
  readonly sizes: readonly number[];
}

/**
 * Cuts a tensor into pieces along an axis, without copies. The gradient joins those of the pieces in one pass, which is
 * cheaper than the gradients of as many calls of `slice`.
 * @param x any dtype
 * @param sizes the size of each piece, or one number: then the last piece may be smaller
 * @param axis default 0
 * @returns the pieces, in order
 * @throws ShapeError unless the sizes are at least 1 and sum to that of the axis
 */
export function split(x: Tensor, sizes: number | readonly number[], axis = 0): Tensor[] {
  const d = normalizeAxis("split", x.shape, axis);
  const size = x.shape[d]!;
  if (typeof sizes !== "number") {
    checkList("split", "sizes", sizes);
    return recordAll(op, [x], { axis: d, sizes: [...sizes] });
  }
  if (!(Number.isInteger(sizes) && sizes >= 1))
    throw new ShapeError("split", `pieces of ${sizes}`, { x: showShape(x.shape), wants: "an integer of at least 1" });
  const pieces = Array.from({ length: Math.ceil(size / sizes) }, (_, i) => Math.min(sizes, size - i * sizes));
  return recordAll(op, [x], { axis: d, sizes: pieces });
}

/** {@link split} into at most `chunks` pieces of one size; the last may be smaller. @throws ShapeError as there */
export function chunk(x: Tensor, chunks: number, axis = 0): Tensor[] {
  if (!(Number.isInteger(chunks) && chunks >= 1))
    throw new ShapeError("chunk", `${chunks} pieces`, { x: showShape(x.shape), wants: "1 or more" });
  return split(x, Math.ceil(x.shape[normalizeAxis("chunk", x.shape, axis)]! / chunks), axis);
}

export const op: ViewOp<SplitAttrs> = {
  kind: "view",
  name: "split",
  infer([x], { axis, sizes }) {
    const total = sizes.reduce((n, s) => n + s, 0);
    if (!sizes.every((s) => Number.isInteger(s) && s >= 1) || total !== x!.shape[axis])
      throw new ShapeError("split", `sizes do not make up axis ${axis}`, {
        x: showShape(x!.shape),
        sizes: `${showShape(sizes)}, together ${total}`,
      });
    return sizes.map((s) => ({ shape: x!.shape.map((n, d) => (d === axis ? s : n)), dtype: x!.dtype }));
  },
  view: ({ shape, strides, offset }, { axis, sizes }, index) => ({
    shape: shape.map((n, d) => (d === axis ? sizes[index]! : n)),
    strides,
    offset: offset + strides[axis]! * sizes.slice(0, index).reduce((n, s) => n + s, 0),
  }),
  vjp: (_, dOuts, { axis }, outs) => [
    concat(
      dOuts.map((d, i) => d ?? full(outs[i]!.shape, 0)),
      axis,
    ),
  ],
};
