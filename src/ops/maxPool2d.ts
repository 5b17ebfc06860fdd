import poolKernel from "../../shaders/max_pool2d.wgsl";
import byFourKernel from "../../shaders/max_pool2d_by_four.wgsl";
import disjointKernel from "../../shaders/max_pool2d_disjoint.wgsl";
import gradKernel from "../../shaders/max_pool2d_grad.wgsl";
import byFourGradKernel from "../../shaders/max_pool2d_grad_by_four.wgsl";
import disjointGradKernel from "../../shaders/max_pool2d_grad_disjoint.wgsl";
import { numel, type Pair, type Shape } from "../core/shape";
import {
  type PoolAttrs,
  poolAttrs,
  poolByFour,
  poolConstants,
  poolDisjoint,
  pooledShape,
  poolGradByFour,
} from "../families/pooling";
import { STARTS } from "../families/reductions";
import { checkDTypes, type KernelOp, noSecondDerivative, record, recordAll } from "../graph/op";
import { optionsOf } from "../graph/options";
import { type Tensor, unused } from "../graph/tensor";

export interface Pool2dOptions {
  /** Default: the kernel's size, so that windows do not overlap. */
  readonly stride?: Pair;
  /** Default 0; at most half the kernel. */
  readonly padding?: Pair;
}

/**
 * Largest value of each window. The gradient goes to the first maximum of the window, in row-major order,
 * also where all of it is −∞. What a NaN gives depends on the device; most ignore it.
 * @param x [N, C, H, W] f32
 * @param kernelSize a number, or [height, width]
 * @returns [N, C, OH, OW], OH = ⌊(H + 2·padding − kernel) / stride⌋ + 1
 * @throws ShapeError, DTypeError
 */
export function maxPool2d(x: Tensor, kernelSize: Pair, options: Pool2dOptions = {}): Tensor {
  const { stride, padding } = optionsOf("maxPool2d", options, "stride padding");
  return recordAll(op, [x], poolAttrs("maxPool2d", kernelSize, stride, padding))[0]!;
}

/**
 * Outputs: the maxima, and for the gradient where each one lies, which is made only where somebody reads it: its number in the
 * window (four to a word where pictures are taken by four), or its place in the plane where windows may overlap.
 */
export const op: KernelOp<PoolAttrs> = {
  kind: "kernel",
  name: "maxPool2d",
  infer([x], attrs) {
    checkDTypes("maxPool2d", [x!], ["f32"]);
    const shape = pooledShape("maxPool2d", x!.shape, attrs);
    const codes = poolByFour(x!.shape, shape, attrs) ? [numel(shape) / 4] : shape;
    return [
      { shape, dtype: "f32" },
      { shape: codes, dtype: "u32" },
    ];
  },
  lower([x], [out, codes], attrs, target, _side, isRead = () => true) {
    const CODES = Number(isRead(codes!));
    const buffers = { x: x!, out: out!, codes: CODES ? codes! : unused("u32") };
    const flops = out!.size * attrs.kernel[0] * attrs.kernel[1];
    const least = STARTS.max.f32;
    const byFour = poolByFour(x!.shape, out!.shape, attrs);
    if (byFour) {
      const own = { params: { ...byFour.params, least }, constants: { ...byFour.constants, CODES } };
      return [byFourKernel.dispatch({ ...byFour, ...own, buffers, flops, unrolled: true })];
    }
    const disjoint = poolDisjoint(x!.shape, out!.shape, attrs, target);
    if (disjoint) {
      const own = { params: { ...disjoint.params, least }, constants: { ...disjoint.constants, CODES } };
      return [disjointKernel.dispatch({ ...disjoint, ...own, buffers, flops })];
    }
    const constants = { ...poolConstants(x!.shape, out!.shape, attrs), CODES };
    return [poolKernel.dispatch({ buffers, params: { len: out!.size, least }, constants, grid: out!.size, flops })];
  },
  vjp: ([x], [dOut], attrs, [, codes]) => [dOut ? record(grad, [dOut, codes!], { ...attrs, shape: x!.shape }) : null],
};

const grad: KernelOp<PoolAttrs & { readonly shape: Shape }> = {
  kind: "kernel",
  name: "max_pool2d_grad",
  infer: (_, { shape }) => [{ shape, dtype: "f32" }],
  lower([dOut, codes], [dx], attrs, target) {
    const buffers = { d_out: dOut!, codes: codes!, dx: dx! };
    const flops = 4 * dx!.size;
    const byFour = poolGradByFour(dx!.shape, dOut!.shape, attrs);
    if (byFour) return [byFourGradKernel.dispatch({ ...byFour, buffers, flops, unrolled: true })];
    const disjoint = poolDisjoint(dx!.shape, dOut!.shape, attrs, target);
    if (disjoint) return [disjointGradKernel.dispatch({ ...disjoint, buffers, flops })];
    const constants = poolConstants(dx!.shape, dOut!.shape, attrs);
    return [gradKernel.dispatch({ buffers, params: { len: dx!.size }, constants, grid: dx!.size, flops })];
  },
  vjp: noSecondDerivative("max_pool2d_grad"),
};
