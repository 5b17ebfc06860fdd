import poolKernel from "../../shaders/max_pool2d.wgsl";
import byFourKernel from "../../shaders/max_pool2d_by_four.wgsl";
import disjointKernel from "../../shaders/max_pool2d_disjoint.wgsl";
import gradKernel from "../../shaders/max_pool2d_grad.wgsl";
import byFourGradKernel from "../../shaders/max_pool2d_grad_by_four.wgsl";
import disjointGradKernel from "../../shaders/max_pool2d_grad_disjoint.wgsl";
import { numel, type Pair, type Shape } from "../core/shape";
import {
  isTiling,
  type PoolAttrs,
  poolAttrs,
  poolByFour,
  poolConstants,
  poolDisjoint,
  pooledShape,
  poolGradByFour,
} from "../families/pooling";
import { STARTS } from "../families/reductions";
import { constant } from "../graph/cast";
import { checkDTypes, type KernelOp, record, recordAll } from "../graph/op";
import { optionsOf } from "../graph/options";
import { type Tensor, unused } from "../graph/tensor";
import { add } from "./add";
import { div } from "./div";
import { alongAxis, pick } from "./gather";
import { mul } from "./mul";
import { remainder } from "./remainder";
import { reshape } from "./reshape";

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

/** @throws ShapeError in the name of `op` unless windows may have these sizes */
export function checkWindow(op: string, kernelSize: Pair, stride?: Pair, padding?: Pair): void {
  poolAttrs(op, kernelSize, stride, padding);
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
  vjp: ([dOut, codes], [d], { shape, ...attrs }) => [takenFrom(d!, placesOf(codes!, shape, dOut!.shape, attrs)), null],
};

/**
 * The gradient for dOut of a gradient of pooling. That one puts each element of dOut to the place of its window's maximum; this
 * one takes what lies there.
 * @param d [N, C, H, W] f32
 * @param places u32 [N, C, OH, OW]: in the plane, row by row
 * @returns f32 [N, C, OH, OW]
 */
export function takenFrom(d: Tensor, places: Tensor): Tensor {
  const planes = d.shape[0]! * d.shape[1]!;
  return pick(d, places, places.shape, alongAxis([planes, d.size / planes], 1, places.size / planes));
}

/** Where each maximum lies in its plane, u32 of the shape of out: what the codes of {@link op} say. */
function placesOf(codes: Tensor, x: Shape, out: Shape, attrs: PoolAttrs): Tensor {
  const byFour = poolByFour(x, out, attrs) !== null;
  if (!byFour && !isTiling(x, out, attrs)) return codes;
  const numbers = byFour ? reshape(bytesOf(codes), out) : codes;
  // Where a window begins in its plane is the sum of a part by row and one by column. Padding may lie before the plane: u32 wraps.
  const { kernel, stride, padding } = attrs;
  const starts = (d: 0 | 1, apart: number) =>
    Uint32Array.from({ length: out[d + 2]! }, (_, o) => (o * stride[d] - padding[d]) * apart);
  const rows = constant([out[2]!, 1], "u32", starts(0, x[3]!));
  const columns = constant([out[3]!], "u32", starts(1, 1));
  const inWindow = add(mul(div(numbers, kernel[1]), x[3]!), remainder(numbers, kernel[1]));
  return add(inWindow, add(rows, columns));
}

/** The four bytes of each word, the lowest first: u32 [n] → u32 [n, 4]. */
function bytesOf(words: Tensor): Tensor {
  const steps = constant([4], "u32", Uint32Array.of(1, 2 ** 8, 2 ** 16, 2 ** 24));
  return remainder(div(reshape(words, [-1, 1]), steps), 256);
}
