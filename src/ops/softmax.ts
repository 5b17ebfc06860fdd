import softmaxKernel from "../../shaders/softmax.wgsl";
import gradKernel from "../../shaders/softmax_grad.wgsl";
import { normalizeAxis } from "../core/shape";
import { checkDTypes, type KernelOp, noSecondDerivative, record } from "../graph/op";
import { rowParams } from "../graph/rowwise";
import type { Tensor } from "../graph/tensor";

export interface SoftmaxAttrs {
  readonly axis: number;
}

/**
 * Probabilities `eˣ / Σ eˣ` along an axis, computed without overflow.
 * @param x f32, any shape but a scalar
 * @param axis default the last
 * @returns same shape
 * @throws ShapeError, DTypeError
 */
export const softmax = (x: Tensor, axis = -1): Tensor =>
  record(op, [x], { axis: normalizeAxis("softmax", x.shape, axis) });

/** The op that gives probabilities (`log` 0) or their logarithms (`log` 1); both run the same kernels. */
export function softmaxOp(name: string, log: 0 | 1): KernelOp<SoftmaxAttrs> {
  const constants = { LOG: log };
  const grad: KernelOp<SoftmaxAttrs> = {
    kind: "kernel",
    name: `${name}Grad`,
    infer: ([out]) => [out!],
    lower([out, dOut], [dx], { axis }) {
      const params = rowParams(name, out!.shape, axis);
      const buffers = { out: out!, d_out: dOut!, dx: dx! };
      return [gradKernel.dispatch({ buffers, params, constants, grid: params.rows, flops: 4 * out!.size })];
    },
    vjp: noSecondDerivative(`${name}Grad`),
  };
  return {
    kind: "kernel",
    name,
    infer([x]) {
      checkDTypes(name, [x!], ["f32"]);
      return [x!];
    },
    lower([x], [out], { axis }) {
      const params = rowParams(name, x!.shape, axis);
      const buffers = { x: x!, out: out! };
      return [softmaxKernel.dispatch({ buffers, params, constants, grid: params.rows, flops: 8 * x!.size })];
    },
    vjp: (_, [dOut], attrs, [out]) => [record(grad, [out!, dOut!], attrs)],
  };
}

export const op = softmaxOp("softmax", 0);
