import { ShapeError } from "../core/errors";
import { normalizeAxis, showShape } from "../core/shape";
import { record, type ViewOp } from "../graph/op";
import { checkList } from "../graph/options";
import type { Tensor } from "../graph/tensor";

interface PermuteAttrs {
  readonly axes: readonly number[];
}

/**
 * Reorders the dimensions, without a copy: dimension i of the result is dimension `axes[i]` of x.
 * @throws ShapeError unless `axes` names every dimension once
 */
export function permute(x: Tensor, axes: readonly number[]): Tensor {
  checkList("permute", "axes", axes);
  return record(op, [x], { axes: axes.map((a) => normalizeAxis("permute", x.shape, a)) });
}

export const op: ViewOp<PermuteAttrs> = {
  kind: "view",
  name: "permute",
  infer([x], { axes }) {
    if (axes.length !== x!.shape.length || new Set(axes).size !== axes.length)
      throw new ShapeError("permute", "axes must name every dimension once", {
        x: showShape(x!.shape),
        axes: showShape(axes),
      });
    return [{ shape: axes.map((a) => x!.shape[a]!), dtype: x!.dtype }];
  },
  view: ({ shape, strides, offset }, { axes }) => ({
    shape: axes.map((a) => shape[a]!),
    strides: axes.map((a) => strides[a]!),
    offset,
  }),
  vjp: (_, [dOut], { axes }) => [
    permute(
      dOut!,
      axes.map((_, d) => axes.indexOf(d)),
    ),
  ],
};
