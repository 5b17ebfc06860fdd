import padKernel from "../../shaders/pad.wgsl";
import { DTypeError, ShapeError } from "../core/errors";
import { normalizeAxis, numel, showShape } from "../core/shape";
import { type KernelOp, record } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { slice } from "./slice";

interface PadAttrs {
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}

/**
 * Zeros before and after along one axis.
 * @param before, after how many, ≥ 0
 * @throws ShapeError where a count is negative
 */
export const pad = (x: Tensor, axis: number, before: number, after: number): Tensor =>
  before === 0 && after === 0 ? x : record(op, [x], { axis: normalizeAxis("pad", x.shape, axis), before, after });

export const op: KernelOp<PadAttrs> = {
  kind: "kernel",
  name: "pad",
  infer([x], { axis, before, after }) {
    if (x!.dtype !== "f32") throw new DTypeError("pad", `input has dtype ${x!.dtype}`, { wants: "f32" });
    if (!(before >= 0 && after >= 0))
      throw new ShapeError("pad", "counts must not be negative", { counts: showShape([before, after]) });
    return [{ shape: x!.shape.map((size, d) => (d === axis ? size + before + after : size)), dtype: x!.dtype }];
  },
  lower([x], [out], { axis, before }) {
    const inner = numel(x!.shape.slice(axis + 1));
    const params = { len: out!.size, size: x!.shape[axis]!, padded: out!.shape[axis]!, before, inner };
    return [padKernel.dispatch({ buffers: { x: x!, out: out! }, params, grid: out!.size })];
  },
  vjp: ([x], [dOut], { axis, before }) => [slice(dOut!, axis, before, before + x!.shape[axis]!)],
};
