import poolKernel from "../../shaders/adaptive_max_pool2d.wgsl";
import gradKernel from "../../shaders/adaptive_max_pool2d_grad.wgsl";
import type { Pair } from "../core/shape";
import { type AdaptiveAttrs, adaptiveAttrs, evenBins, resizeConstants } from "../families/pooling";
import { checkDTypes, type KernelOp, noSecondDerivative, record } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { globalMaxPool2d } from "./globalMaxPool2d";
import { maxPool2d } from "./maxPool2d";

/** Elements of a window up to which pooling's kernels, which have its size written into them, compile quickly. */
const LARGEST_BAKED = 16;

/**
 * Largest value of each of `outputSize` bins, which are those of {@link adaptiveAvgPool2d}. The gradient goes to the first
 * maximum of the bin, in row-major order; where there is one bin only it is that of {@link globalMaxPool2d}.
 *
 * @param x [N, C, H, W] f32
 * @param outputSize a number, or [height, width]; may be larger than the picture
 * @returns [N, C, OH, OW]
 * @throws ShapeError, DTypeError
 */
export function adaptiveMaxPool2d(x: Tensor, outputSize: Pair): Tensor {
  const attrs = adaptiveAttrs("adaptiveMaxPool2d", x.shape, outputSize);
  if (attrs.outputSize.every((s) => s === 1)) return globalMaxPool2d(x);
  const even = evenBins(x.shape, attrs);
  return even && even[0] * even[1] <= LARGEST_BAKED ? maxPool2d(x, even) : record(op, [x], attrs);
}

export const op: KernelOp<AdaptiveAttrs> = {
  kind: "kernel",
  name: "adaptive_max_pool2d",
  infer([x], { outputSize }) {
    checkDTypes("adaptiveMaxPool2d", [x!], ["f32"]);
    return [{ shape: [x!.shape[0]!, x!.shape[1]!, ...outputSize], dtype: "f32" }];
  },
  lower([x], [out]) {
    const constants = resizeConstants(x!.shape, out!.shape);
    const params = { len: out!.size };
    return [
      poolKernel.dispatch({ buffers: { x: x!, out: out! }, params, constants, grid: out!.size, flops: 2 * x!.size }),
    ];
  },
  vjp: ([x], [dOut], attrs, [out]) => [record(grad, [x!, out!, dOut!], attrs)],
};

const grad: KernelOp<AdaptiveAttrs> = {
  kind: "kernel",
  name: "adaptive_max_pool2d_grad",
  infer: ([x]) => [{ shape: x!.shape, dtype: "f32" }],
  lower([x, out, dOut], [dx]) {
    const constants = resizeConstants(x!.shape, out!.shape);
    const params = { len: dx!.size };
    const buffers = { x: x!, out: out!, d_out: dOut!, dx: dx! };
    return [gradKernel.dispatch({ buffers, params, constants, grid: dx!.size, flops: 4 * dx!.size })];
  },
  vjp: noSecondDerivative("adaptive_max_pool2d_grad"),
};
