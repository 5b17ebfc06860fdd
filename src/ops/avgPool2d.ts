import poolKernel from "../../shaders/avg_pool2d.wgsl";
import gradKernel from "../../shaders/avg_pool2d_grad.wgsl";
import type { Pair, Shape } from "../core/shape";
import { type PoolAttrs, poolAttrs, pooledShape, poolParams } from "../families/pooling";
import { checkDTypes, type KernelOp, record } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import type { Pool2dOptions } from "./maxPool2d";

/**
 * Mean of each window; padding counts as zeros.
 * @param x [N, C, H, W] f32
 * @param kernelSize a number, or [height, width]
 * @returns [N, C, OH, OW], OH = ⌊(H + 2·padding − kernel) / stride⌋ + 1
 * @throws ShapeError, DTypeError
 */
export const avgPool2d = (x: Tensor, kernelSize: Pair, { stride, padding }: Pool2dOptions = {}): Tensor =>
  record(op, [x], poolAttrs("avgPool2d", kernelSize, stride, padding));

export const op: KernelOp<PoolAttrs> = {
  kind: "kernel",
  name: "avgPool2d",
  infer([x], attrs) {
    checkDTypes("avgPool2d", [x!], ["f32"]);
    return [{ shape: pooledShape("avgPool2d", x!.shape, attrs), dtype: "f32" }];
  },
  lower([x], [out], attrs) {
    const params = poolParams(x!.shape, out!.shape, attrs, out!.size);
    const flops = out!.size * attrs.kernel[0] * attrs.kernel[1];
    return [poolKernel.dispatch({ buffers: { x: x!, out: out! }, params, grid: out!.size, flops })];
  },
  vjp: ([x], [dOut], attrs) => [record(grad, [dOut!], { ...attrs, shape: x!.shape })],
};

/** Linear in dOut, and the adjoint of pooling: its own gradient is pooling. */
const grad: KernelOp<PoolAttrs & { readonly shape: Shape }> = {
  kind: "kernel",
  name: "avg_pool2d_grad",
  infer: (_, { shape }) => [{ shape, dtype: "f32" }],
  lower([dOut], [dx], attrs) {
    const params = poolParams(dx!.shape, dOut!.shape, attrs, dx!.size);
    return [gradKernel.dispatch({ buffers: { d_out: dOut!, dx: dx! }, params, grid: dx!.size, flops: 4 * dx!.size })];
  },
  vjp: (_, [d], { kernel, stride, padding }) => [record(op, [d!], { kernel, stride, padding })],
};
