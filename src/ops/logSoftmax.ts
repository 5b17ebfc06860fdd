import softmaxKernel from "../../shaders/softmax.wgsl";
import gradKernel from "../../shaders/softmax_grad.wgsl";
import { normalizeAxis } from "../core/shape";
import { checkDTypes, type KernelOp, noSecondDerivative, record } from "../graph/op";
import { rowParams } from "../graph/rowwise";
import type { Tensor } from "../graph/tensor";

interface Attrs {
  readonly axis: number;
}

/**
 * Log probabilities `x − log Σ eˣ` along an axis, computed without overflow.
 * @param x f32, any shape but a scalar
 * @param axis default the last
 * @returns same shape
 * @throws ShapeError, DTypeError
 */
export const logSoftmax = (x: Tensor, axis = -1): Tensor =>
  record(op, [x], { axis: normalizeAxis("logSoftmax", x.shape, axis) });

export const op: KernelOp<Attrs> = {
  kind: "kernel",
  name: "logSoftmax",
  infer([x]) {
    checkDTypes("logSoftmax", [x!], ["f32"]);
    return [x!];
  },
  lower([x], [out], { axis }) {
    const params = rowParams("logSoftmax", x!.shape, axis);
    const buffers = { x: x!, out: out! };
    return [softmaxKernel.dispatch({ buffers, params, constants: { LOG: 1 }, grid: params.rows, flops: 8 * x!.size })];
  },
  vjp: (_, [dOut], attrs, [out]) => [record(grad, [out!, dOut!], attrs)],
};

const grad: KernelOp<Attrs> = {
  kind: "kernel",
  name: "logSoftmaxGrad",
  infer: ([out]) => [out!],
  lower([out, dOut], [dx], { axis }) {
    const params = rowParams("logSoftmax", out!.shape, axis);
    const buffers = { out: out!, d_out: dOut!, dx: dx! };
    return [gradKernel.dispatch({ buffers, params, constants: { LOG: 1 }, grid: params.rows, flops: 4 * out!.size })];
  },
  vjp: noSecondDerivative("logSoftmaxGrad"),
};
