import poolKernel from "../../shaders/adaptive_max_pool2d.wgsl";
import gradKernel from "../../shaders/adaptive_max_pool2d_grad.wgsl";
import gradRowsKernel from "../../shaders/adaptive_max_pool2d_grad_rows.wgsl";
import rowsKernel from "../../shaders/adaptive_max_pool2d_rows.wgsl";
import type { Pair, Shape } from "../core/shape";
import { type AdaptiveAttrs, adaptiveAttrs, adaptiveByRows, evenBins, resizeConstants } from "../families/pooling";
import { STARTS } from "../families/reductions";
import { checkDTypes, type KernelOp, record, recordAll } from "../graph/op";
import { type Tensor, unused } from "../graph/tensor";
import { globalMaxPool2d } from "./globalMaxPool2d";
import { maxPool2d, takenFrom } from "./maxPool2d";

/** Elements of a window up to which pooling's kernels, which have its size as a constant, compile quickly. */
const LARGEST_BAKED = 16;

/**
 * Largest value of each of `outputSize` bins, the same bins as in {@link adaptiveAvgPool2d}. The gradient goes to the first
 * maximum of each bin, in row-major order; a single bin has the gradient of {@link globalMaxPool2d}. What a NaN gives depends on
 * the device.
 *
 * @param x [N, C, H, W] f32
 * @param outputSize a number, or [height, width]; may be larger than the picture
 * @returns [N, C, OH, OW]
 * @throws ShapeError, DTypeError
 */
export function adaptiveMaxPool2d(x: Tensor, outputSize: Pair): Tensor {
  const attrs = adaptiveAttrs("adaptiveMaxPool2d", x, outputSize);
  if (attrs.outputSize.every((s) => s === 1)) return globalMaxPool2d(x);
  const even = evenBins(x.shape, attrs);
  return even && even[0] * even[1] <= LARGEST_BAKED ? maxPool2d(x, even) : recordAll(op, [x], attrs)[0]!;
}

/** Outputs: the maxima, and for the gradient the place of each in its plane, which is made only where somebody reads it. */
export const op: KernelOp<AdaptiveAttrs> = {
  kind: "kernel",
  name: "adaptive_max_pool2d",
  infer([x], { outputSize }) {
    checkDTypes("adaptiveMaxPool2d", [x!], ["f32"]);
    const shape = [x!.shape[0]!, x!.shape[1]!, ...outputSize];
    return [
      { shape, dtype: "f32" },
      { shape, dtype: "u32" },
    ];
  },
  lower([x], [out, codes], _attrs, target, _side, isRead = () => true) {
    const CODES = Number(isRead(codes!));
    const buffers = { x: x!, out: out!, codes: CODES ? codes! : unused("u32") };
    const flops = 2 * x!.size;
    const least = STARTS.max.f32;
    const rows = adaptiveByRows(x!.shape, out!.shape, target);
    if (rows) {
      const len = out!.size / rows.OUT_WIDTH;
      const constants = { ...rows, CODES };
      return [rowsKernel.dispatch({ buffers, params: { len, least }, constants, grid: len, flops, unrolled: true })];
    }
    const constants = { ...resizeConstants(x!.shape, out!.shape), CODES };
    return [poolKernel.dispatch({ buffers, params: { len: out!.size, least }, constants, grid: out!.size, flops })];
  },
  vjp: ([x], [dOut], _attrs, [, codes]) => [dOut ? record(grad, [dOut, codes!], { shape: x!.shape }) : null],
};

const grad: KernelOp<{ readonly shape: Shape }> = {
  kind: "kernel",
  name: "adaptive_max_pool2d_grad",
  infer: (_, { shape }) => [{ shape, dtype: "f32" }],
  lower([dOut, codes], [dx], _attrs, target) {
    const buffers = { d_out: dOut!, codes: codes!, dx: dx! };
    const flops = 4 * dx!.size;
    const rows = adaptiveByRows(dx!.shape, dOut!.shape, target);
    if (rows) {
      const len = dx!.size / rows.WIDTH;
      return [gradRowsKernel.dispatch({ buffers, params: { len }, constants: rows, grid: len, flops, unrolled: true })];
    }
    const constants = resizeConstants(dx!.shape, dOut!.shape);
    return [gradKernel.dispatch({ buffers, params: { len: dx!.size }, constants, grid: dx!.size, flops })];
  },
  vjp: ([, codes], [d]) => [takenFrom(d!, codes!), null],
};
