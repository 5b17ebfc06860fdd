import { ShapeError } from "../core/errors";
import { broadcastShapes, type Shape, sameShape, showShape } from "../core/shape";
import { record, type ViewOp } from "../graph/op";
import { checkList } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { sumTo } from "./sum";

interface ExpandAttrs {
  readonly shape: Shape;
}

/**
 * Repeats x along dimensions of size 1 and along new leading dimensions, without a copy.
 * @param x any dtype
 * @param shape of the result; −1 keeps a size of x
 * @throws ShapeError unless x broadcasts to exactly `shape`
 */
export function expand(x: Tensor, shape: Shape): Tensor {
  checkList("expand", "the shape", shape);
  const lead = shape.length - x.shape.length;
  const sizes = shape.map((size, d) => (size === -1 && d >= lead ? x.shape[d - lead]! : size));
  if (!sizes.every((size) => Number.isInteger(size) && size >= 1))
    throw new ShapeError(
      "expand",
      "every size must be an integer of at least 1, or -1 for one of x that stays",
      { x: showShape(x.shape), shape: showShape(shape) },
      "name the sizes of new leading dimensions",
    );
  return record(op, [x], { shape: sizes });
}

export const op: ViewOp<ExpandAttrs> = {
  kind: "view",
  name: "expand",
  infer([x], { shape }) {
    if (!sameShape(broadcastShapes("expand", [x!.shape, shape]), shape))
      throw new ShapeError("expand", "only dimensions of size 1 can be repeated", {
        x: showShape(x!.shape),
        shape: showShape(shape),
      });
    return [{ shape, dtype: x!.dtype }];
  },
  view({ shape: from, strides, offset }, { shape }) {
    const lead = shape.length - from.length;
    return { shape, strides: shape.map((_, d) => (d < lead || from[d - lead] === 1 ? 0 : strides[d - lead]!)), offset };
  },
  vjp: ([x], [dOut]) => [sumTo(dOut!, x!.shape)],
};
