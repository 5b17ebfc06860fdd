import { ShapeError } from "../core/errors";
import { checkShape, numel, type Shape, showShape } from "../core/shape";
import { checkTensors, type Layout, record, type ViewOp } from "../graph/op";
import { checkList } from "../graph/options";
import type { Tensor } from "../graph/tensor";

interface ReshapeAttrs {
  readonly shape: Shape;
}

/**
 * The same elements, in the same order, in another shape.
 * @param shape one size may be −1: it follows from the others
 * @throws ShapeError where the number of elements differs, or a size is no integer of at least 1
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  checkList("reshape", "the shape", shape);
  const open = shape.filter((d) => d === -1).length;
  if (!open) return record(op, [x], { shape: [...shape] });
  const known = shape.reduce((n, d) => (d === -1 ? n : n * d), 1);
  const left = x.size / known;
  if (open > 1 || !(Number.isInteger(left) && left >= 1))
    throw new ShapeError("reshape", open > 1 ? "only one size may be −1" : "the other sizes leave none for −1", {
      x: `${showShape(x.shape)}, ${x.size} elements`,
      shape: showShape(shape),
    });
  return record(op, [x], { shape: shape.map((d) => (d === -1 ? left : d)) });
}

/**
 * All dimensions from `startDim` on joined into one.
 * @param startDim default 1: the batch stays; negative counts from the last; the rank of x adds a dimension of size 1
 * @throws ShapeError where it is out of range
 */
export function flatten(x: Tensor, startDim = 1): Tensor {
  checkTensors("flatten", [x]);
  const rank = x.shape.length;
  if (!Number.isInteger(startDim) || startDim < -rank || startDim > rank)
    throw new ShapeError("flatten", `startDim ${startDim} is out of range`, { x: showShape(x.shape) });
  return reshape(x, [...x.shape.slice(0, startDim), -1]);
}

export const op: ViewOp<ReshapeAttrs> = {
  kind: "view",
  name: "reshape",
  infer([x], { shape }) {
    if (numel(shape) !== numel(x!.shape))
      throw new ShapeError("reshape", "numbers of elements differ", {
        x: `${showShape(x!.shape)}, ${numel(x!.shape)} elements`,
        shape: showShape(shape),
      });
    checkShape("reshape", shape);
    return [{ shape, dtype: x!.dtype }];
  },
  view(input, { shape }) {
    const strides = cutAnew(input, shape);
    return strides && { shape, strides, offset: input.offset };
  },
  vjp: ([x], [dOut]) => [reshape(dOut!, x!.shape)],
};

/**
 * Strides of the same elements, in the same order, in another shape; null where a dimension would need more than one stride.
 */
function cutAnew(input: Layout, shape: Shape): number[] | null {
  const runs = runsOf(input);
  const strides = shape.map(() => 0);
  let left = 1;
  let step = 0;
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] === 1) continue;
    if (left === 1) [left, step] = runs.shift()!;
    if (left % shape[d]! !== 0) return null;
    strides[d] = step;
    step *= shape[d]!;
    left /= shape[d]!;
  }
  return strides;
}

/** Size and stride of the dimensions, from the innermost on; neighbours that one stride serves are joined into one. */
function runsOf({ shape, strides }: Layout): [size: number, stride: number][] {
  const runs: [number, number][] = [];
  for (let d = shape.length - 1; d >= 0; d--) {
    const last = runs.at(-1);
    if (shape[d] === 1) continue;
    if (last && strides[d] === last[0] * last[1]) last[0] *= shape[d]!;
    else runs.push([shape[d]!, strides[d]!]);
  }
  return runs;
}
