import poolKernel from "../../shaders/adaptive_avg_pool2d.wgsl";
import gradKernel from "../../shaders/adaptive_avg_pool2d_grad.wgsl";
import gradRowsKernel from "../../shaders/adaptive_avg_pool2d_grad_rows.wgsl";
import rowsKernel from "../../shaders/adaptive_avg_pool2d_rows.wgsl";
import type { Pair, Shape } from "../core/shape";
import { type AdaptiveAttrs, adaptiveAttrs, adaptiveByRows, evenBins, resizeConstants } from "../families/pooling";
import { checkDTypes, type KernelOp, record } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { avgPool2d } from "./avgPool2d";
import { mean } from "./mean";
import { reshape } from "./reshape";

/** Elements of a window from which on a reduction makes it, which shares it among several invocations. */
const LARGE_WINDOW = 64;

/**
 * Mean of each of `outputSize` bins: bin i holds rows ⌊i·H/OH⌋ … ⌈(i + 1)·H/OH⌉ − 1, columns likewise, as in PyTorch.
 *
 * @param x [N, C, H, W] f32
 * @param outputSize a number, or [height, width]; may be larger than the picture
 * @returns [N, C, OH, OW]
 * @throws ShapeError, DTypeError
 */
export function adaptiveAvgPool2d(x: Tensor, outputSize: Pair): Tensor {
  const attrs = adaptiveAttrs("adaptiveAvgPool2d", x, outputSize);
  const even = evenBins(x.shape, attrs);
  if (!even) return record(op, [x], attrs);
  const [[kh, kw], [rows, columns]] = [even, attrs.outputSize];
  if (kh * kw < LARGE_WINDOW) return avgPool2d(x, even);
  const [n, c] = x.shape as [number, number, number, number];
  return reshape(mean(reshape(x, [n, c, rows, kh, columns, kw]), [3, 5]), [n, c, rows, columns]);
}

export const op: KernelOp<AdaptiveAttrs> = {
  kind: "kernel",
  name: "adaptive_avg_pool2d",
  infer([x], { outputSize }) {
    checkDTypes("adaptiveAvgPool2d", [x!], ["f32"]);
    return [{ shape: [x!.shape[0]!, x!.shape[1]!, ...outputSize], dtype: "f32" }];
  },
  lower([x], [out], _attrs, target) {
    const buffers = { x: x!, out: out! };
    const flops = 2 * x!.size;
    const rows = adaptiveByRows(x!.shape, out!.shape, target);
    if (rows) {
      const len = out!.size / rows.OUT_WIDTH;
      return [rowsKernel.dispatch({ buffers, params: { len }, constants: rows, grid: len, flops, unrolled: true })];
    }
    const constants = resizeConstants(x!.shape, out!.shape);
    return [poolKernel.dispatch({ buffers, params: { len: out!.size }, constants, grid: out!.size, flops })];
  },
  vjp: ([x], [dOut]) => [record(grad, [dOut!], { shape: x!.shape })],
};

/** Linear in dOut, and the adjoint of pooling: its own gradient is pooling. */
const grad: KernelOp<{ readonly shape: Shape }> = {
  kind: "kernel",
  name: "adaptive_avg_pool2d_grad",
  infer: (_, { shape }) => [{ shape, dtype: "f32" }],
  lower([dOut], [dx], _attrs, target) {
    const buffers = { d_out: dOut!, dx: dx! };
    const flops = 2 * dx!.size;
    const rows = adaptiveByRows(dx!.shape, dOut!.shape, target);
    if (rows) {
      const len = dx!.size / rows.WIDTH;
      return [gradRowsKernel.dispatch({ buffers, params: { len }, constants: rows, grid: len, flops, unrolled: true })];
    }
    const constants = resizeConstants(dx!.shape, dOut!.shape);
    return [gradKernel.dispatch({ buffers, params: { len: dx!.size }, constants, grid: dx!.size, flops })];
  },
  vjp: ([dOut], [d]) => [record(op, [d!], { outputSize: [dOut!.shape[2]!, dOut!.shape[3]!] })],
};
