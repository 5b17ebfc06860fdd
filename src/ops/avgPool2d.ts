import poolKernel from "../../shaders/avg_pool2d.wgsl";
import byFourKernel from "../../shaders/avg_pool2d_by_four.wgsl";
import disjointKernel from "../../shaders/avg_pool2d_disjoint.wgsl";
import gradKernel from "../../shaders/avg_pool2d_grad.wgsl";
import byFourGradKernel from "../../shaders/avg_pool2d_grad_by_four.wgsl";
import disjointGradKernel from "../../shaders/avg_pool2d_grad_disjoint.wgsl";
import type { Pair, Shape } from "../core/shape";
import {
  type PoolAttrs,
  poolAttrs,
  poolByFour,
  poolConstants,
  poolDisjoint,
  pooledShape,
  poolGradByFour,
} from "../families/pooling";
import { checkDTypes, type KernelOp, record } from "../graph/op";
import { optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import type { Pool2dOptions } from "./maxPool2d";

export interface AvgPool2dOptions extends Pool2dOptions {
  /** True (default): padding counts as zeros. False: a window's mean is over its elements inside of x alone. */
  readonly countIncludePad?: boolean;
}

interface AvgPoolAttrs extends PoolAttrs {
  readonly countIncludePad: boolean;
}

/**
 * Mean of each window.
 * @param x [N, C, H, W] f32
 * @param kernelSize a number, or [height, width]
 * @returns [N, C, OH, OW], OH = ⌊(H + 2·padding − kernel) / stride⌋ + 1
 * @throws ShapeError, DTypeError
 */
export function avgPool2d(x: Tensor, kernelSize: Pair, options: AvgPool2dOptions = {}): Tensor {
  const { stride, padding, countIncludePad = true } = optionsOf("avgPool2d", options, "countIncludePad stride padding");
  return record(op, [x], { ...poolAttrs("avgPool2d", kernelSize, stride, padding), countIncludePad });
}

const countPad = ({ countIncludePad }: AvgPoolAttrs) => ({ COUNT_PAD: Number(countIncludePad) });

export const op: KernelOp<AvgPoolAttrs> = {
  kind: "kernel",
  name: "avgPool2d",
  infer([x], attrs) {
    checkDTypes("avgPool2d", [x!], ["f32"]);
    return [{ shape: pooledShape("avgPool2d", x!.shape, attrs), dtype: "f32" }];
  },
  lower([x], [out], attrs, target) {
    const flops = out!.size * attrs.kernel[0] * attrs.kernel[1];
    const buffers = { x: x!, out: out! };
    const byFour = poolByFour(x!.shape, out!.shape, attrs);
    if (byFour) {
      const constants = { ...byFour.constants, ...countPad(attrs) };
      return [byFourKernel.dispatch({ ...byFour, buffers, constants, flops, unrolled: true })];
    }
    const disjoint = target.cpu && poolDisjoint(x!.shape, out!.shape, attrs, target);
    if (disjoint) return [disjointKernel.dispatch({ ...disjoint, buffers, flops })];
    const constants = { ...poolConstants(x!.shape, out!.shape, attrs), ...countPad(attrs) };
    return [poolKernel.dispatch({ buffers, params: { len: out!.size }, constants, grid: out!.size, flops })];
  },
  vjp: ([x], [dOut], attrs) => [record(grad, [dOut!], { ...attrs, shape: x!.shape })],
};

/** Linear in dOut, and the adjoint of pooling: its own gradient is pooling. */
const grad: KernelOp<AvgPoolAttrs & { readonly shape: Shape }> = {
  kind: "kernel",
  name: "avg_pool2d_grad",
  infer: (_, { shape }) => [{ shape, dtype: "f32" }],
  lower([dOut], [dx], attrs, target) {
    const buffers = { d_out: dOut!, dx: dx! };
    const flops = 4 * dx!.size;
    const byFour = poolGradByFour(dx!.shape, dOut!.shape, attrs);
    if (byFour) {
      const constants = { ...byFour.constants, ...countPad(attrs) };
      return [byFourGradKernel.dispatch({ ...byFour, buffers, constants, flops, unrolled: true })];
    }
    const disjoint = target.cpu && poolDisjoint(dx!.shape, dOut!.shape, attrs, target);
    if (disjoint) return [disjointGradKernel.dispatch({ ...disjoint, buffers, flops })];
    const constants = { ...poolConstants(dx!.shape, dOut!.shape, attrs), ...countPad(attrs) };
    return [gradKernel.dispatch({ buffers, params: { len: dx!.size }, constants, grid: dx!.size, flops })];
  },
  vjp: (_, [d], { shape: _shape, ...attrs }) => [record(op, [d!], attrs)],
};
