import concatKernel from "../../shaders/concat.wgsl";
import concatAcross from "../../shaders/concat_across.wgsl";
import concatByFour from "../../shaders/concat_by_four.wgsl";
import { DTypeError, ShapeError } from "../core/errors";
import { normalizeAxis, numel, rowMajorStrides, showShape } from "../core/shape";
import { type KernelOp, record } from "../graph/op";
import { checkList } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import { resultsEach } from "../kernel/target";
import { slice } from "./slice";

/** Operands of one launch: with the result that is one buffer less than every device can bind. */
const MAX_OPERANDS = 6;

type Six<T> = [T, T, T, T, T, T];

interface ConcatAttrs {
  readonly axis: number;
}

/**
 * Tensors joined along an axis.
 * @param tensors same dtype, same shape but for the axis
 * @param axis default 0
 * @returns their dtype and shape, the axis as long as all of theirs together
 * @throws ShapeError, DTypeError
 */
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  checkList("concat", "tensors", tensors);
  if (!tensors.length) throw new ShapeError("concat", "of no tensors");
  return record(op, tensors, { axis: normalizeAxis("concat", tensors[0]!.shape, axis) });
}

export const op: KernelOp<ConcatAttrs> = {
  kind: "kernel",
  name: "concat",
  infer(inputs, { axis }) {
    const [first] = inputs;
    for (const t of inputs) {
      const fits =
        t.shape.length === first!.shape.length && t.shape.every((n, d) => d === axis || n === first!.shape[d]);
      if (!fits)
        throw new ShapeError("concat", `shapes differ besides axis ${axis}`, {
          shapes: inputs.map((i) => showShape(i.shape)).join(" "),
        });
      if (t.dtype !== first!.dtype)
        throw new DTypeError("concat", "dtypes differ", { dtypes: inputs.map((i) => i.dtype).join(" ") });
    }
    const total = inputs.reduce((n, t) => n + t.shape[axis]!, 0);
    return [{ shape: first!.shape.map((size, d) => (d === axis ? total : size)), dtype: first!.dtype }];
  },
  lower(inputs, [out], { axis }, { cpu }) {
    const inner = numel(out!.shape.slice(axis + 1));
    const runs = inputs.map((x) => x.shape[axis]! * inner);
    const byFour = runs.every((run) => run % 4 === 0);
    const across = !byFour && cpu && inputs.length <= MAX_OPERANDS && out!.size % 4 === 0;
    const columns = byFour ? runs.map((run) => run / 4) : runs;
    const stride = columns.reduce((n, c) => n + c, 0);
    const rows = out!.size / inner / out!.shape[axis]!;
    return Array.from({ length: Math.ceil(inputs.length / MAX_OPERANDS) }, (_, launch) => {
      const from = launch * MAX_OPERANDS;
      const first = columns.slice(0, from).reduce((n, c) => n + c, 0);
      const taken = inputs.slice(from, from + MAX_OPERANDS);
      // Missing operands end where the last one does, so that they are empty.
      const ends = Array.from({ length: MAX_OPERANDS }, (_, n) =>
        columns.slice(from, from + Math.min(n + 1, taken.length)).reduce((sum, c) => sum + c, 0),
      ) as Six<number>;
      const [x0, x1, x2, x3, x4, x5] = ends.map((_, n) => taken[n] ?? taken[0]!) as Six<Tensor>;
      const [end0, end1, end2, end3, end4, WIDTH] = ends;
      const len = (rows * WIDTH) / (across ? 4 : 1);
      const each = byFour || across ? resultsEach(len, cpu) : 1;
      const request = {
        buffers: { x0, x1, x2, x3, x4, x5, out: out! },
        params: { len, each, stride, first, end0, end1, end2, end3, end4 },
        constants: { WIDTH },
        grid: Math.ceil(len / each),
      };
      return (byFour ? concatByFour : across ? concatAcross : concatKernel).dispatch(request);
    });
  },
  pieces(inputs, { axis }) {
    const total = inputs.reduce((n, t) => n + t.shape[axis]!, 0);
    const strides = rowMajorStrides(inputs[0]!.shape.map((size, d) => (d === axis ? total : size)));
    let start = 0;
    return inputs.map(({ shape }) => {
      const offset = start * strides[axis]!;
      start += shape[axis]!;
      return { shape, strides, offset };
    });
  },
  vjp(inputs, [dOut], { axis }) {
    let start = 0;
    return inputs.map((x) => {
      const from = start;
      start += x.shape[axis]!;
      return slice(dOut!, axis, from, start);
    });
  },
};
