import poolKernel from "../../shaders/max_pool2d.wgsl";
import byTwoKernel from "../../shaders/max_pool2d_by_two.wgsl";
import disjointKernel from "../../shaders/max_pool2d_disjoint.wgsl";
import gradKernel from "../../shaders/max_pool2d_grad.wgsl";
import byTwoGradKernel from "../../shaders/max_pool2d_grad_by_two.wgsl";
import disjointGradKernel from "../../shaders/max_pool2d_grad_disjoint.wgsl";
import { numel, type Pair, type Shape } from "../core/shape";
import {
  isTiling,
  type PoolAttrs,
  poolAttrs,
  poolConstants,
  pooledShape,
  ROWS_A_LAYER,
  windowPairs,
} from "../families/pooling";
import { checkDTypes, type KernelOp, noSecondDerivative, record } from "../graph/op";
import type { Tensor } from "../graph/tensor";

export interface Pool2dOptions {
  /** Default: the kernel's size, so that windows do not overlap. */
  readonly stride?: Pair;
  /** Default 0; at most half the kernel. */
  readonly padding?: Pair;
}

/**
 * Largest value of each window. The gradient goes to the first maximum of the window, in row-major order.
 * @param x [N, C, H, W] f32
 * @param kernelSize a number, or [height, width]
 * @returns [N, C, OH, OW], OH = ⌊(H + 2·padding − kernel) / stride⌋ + 1
 * @throws ShapeError, DTypeError
 */
export const maxPool2d = (x: Tensor, kernelSize: Pair, { stride, padding }: Pool2dOptions = {}): Tensor =>
  record(op, [x], poolAttrs("maxPool2d", kernelSize, stride, padding));

export const op: KernelOp<PoolAttrs> = {
  kind: "kernel",
  name: "maxPool2d",
  infer([x], attrs) {
    checkDTypes("maxPool2d", [x!], ["f32"]);
    return [{ shape: pooledShape("maxPool2d", x!.shape, attrs), dtype: "f32" }];
  },
  lower([x], [out], attrs) {
    if (isTiling(x!.shape, attrs)) {
      const byTwo = windowPairs(x!.shape, attrs);
      if (byTwo) return [byTwoKernel.dispatch({ buffers: { x: x!, out: out! }, ...byTwo, flops: x!.size })];
      const request = tiling(x!.shape, out!.shape, attrs);
      return [disjointKernel.dispatch({ buffers: { x: x!, out: out! }, ...request, flops: x!.size })];
    }
    const constants = poolConstants(x!.shape, out!.shape, attrs);
    const params = { len: out!.size };
    const flops = out!.size * attrs.kernel[0] * attrs.kernel[1];
    return [poolKernel.dispatch({ buffers: { x: x!, out: out! }, params, constants, grid: out!.size, flops })];
  },
  vjp: ([x], [dOut], attrs, [out]) => [record(grad, [x!, out!, dOut!], attrs)],
};

const grad: KernelOp<PoolAttrs> = {
  kind: "kernel",
  name: "max_pool2d_grad",
  infer: ([x]) => [{ shape: x!.shape, dtype: "f32" }],
  lower([x, out, dOut], [dx], attrs) {
    if (isTiling(x!.shape, attrs)) {
      const buffers = { x: x!, d_out: dOut!, dx: dx! };
      const byTwo = windowPairs(x!.shape, attrs);
      if (byTwo) return [byTwoGradKernel.dispatch({ buffers, ...byTwo, flops: 2 * dx!.size })];
      return [disjointGradKernel.dispatch({ buffers, ...tiling(x!.shape, out!.shape, attrs), flops: 2 * dx!.size })];
    }
    const constants = poolConstants(x!.shape, out!.shape, attrs);
    const params = { len: dx!.size };
    const buffers = { x: x!, out: out!, d_out: dOut!, dx: dx! };
    return [gradKernel.dispatch({ buffers, params, constants, grid: dx!.size, flops: 4 * dx!.size })];
  },
  vjp: noSecondDerivative("max_pool2d_grad"),
};

/** What the kernels for such windows take. */
function tiling(x: Shape, out: Shape, { kernel: [KERNEL_H, KERNEL_W] }: PoolAttrs) {
  const rows = numel(out) / out[3]!;
  const grid = [out[3]!, Math.min(rows, ROWS_A_LAYER), Math.ceil(rows / ROWS_A_LAYER)] as const;
  return { params: { rows, width: x[3]!, out_width: out[3]! }, constants: { KERNEL_H, KERNEL_W }, grid };
}
