import concatKernel from "../../shaders/concat.wgsl";
import { DTypeError, ShapeError } from "../core/errors";
import { normalizeAxis, numel, showShape } from "../core/shape";
import { type KernelOp, record } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { slice } from "./slice";

interface ConcatAttrs {
  readonly axis: number;
}

/**
 * Tensors joined along an axis.
 * @param tensors same dtype, same shape but for the axis
 * @param axis default 0
 * @throws ShapeError, DTypeError
 */
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
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
  lower(inputs, [out], { axis }) {
    const inner = numel(out!.shape.slice(axis + 1));
    const outStride = out!.shape[axis]! * inner;
    let start = 0;
    return inputs.map((x) => {
      const run = x.shape[axis]! * inner;
      const params = { len: x.size, run, out_stride: outStride, start };
      start += run;
      return concatKernel.dispatch({ buffers: { x, out: out! }, params, grid: x.size });
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
