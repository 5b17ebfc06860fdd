import upsampleKernel from "../../shaders/upsample2d.wgsl";
import byFourKernel from "../../shaders/upsample2d_by_four.wgsl";
import gradKernel from "../../shaders/upsample2d_grad.wgsl";
import byFourGradKernel from "../../shaders/upsample2d_grad_by_four.wgsl";
import { ShapeError } from "../core/errors";
import { checkSizes, type Pair, pair, type Shape, showShape } from "../core/shape";
import { resizeConstants, stripRows } from "../families/pooling";
import { checkDTypes, checkTensors, type KernelOp, record } from "../graph/op";
import { checkOption, checkWord, optionsOf } from "../graph/options";
import type { Tensor } from "../graph/tensor";
import type { Target } from "../kernel/target";

export interface Upsample2dOptions {
  /** Factor of the size, not necessarily whole; the new size is rounded down. Either this or `size`. */
  readonly scale?: Pair;
  /** New height and width. */
  readonly size?: Pair;
  /** "nearest" (default) repeats elements, "bilinear" interpolates between the four nearest. */
  readonly mode?: "nearest" | "bilinear";
  /** For "bilinear". True: the centres of the corner pixels coincide; false (default): the outer corners of the pictures do. */
  readonly alignCorners?: boolean;
}

interface UpsampleAttrs {
  readonly outSize: readonly [number, number];
  /** How many rows of x an output row spans; columns likewise. */
  readonly ratio: readonly [number, number];
  readonly bilinear: boolean;
  readonly alignCorners: boolean;
}

/**
 * Pictures at another size, by the rules of PyTorch's `interpolate`. With ratio = H/OH (or 1/scale), output row i is row
 * ⌊i·ratio⌋ ("nearest"), or interpolated at row max(0, (i + ½)·ratio − ½) ("bilinear"), with `alignCorners` at row
 * i·(H − 1)/(OH − 1). Columns likewise. The gradient is summed in a fixed order.
 *
 * @param x [N, C, H, W] f32
 * @returns [N, C, OH, OW]
 * @throws ShapeError, DTypeError
 */
export function upsample2d(x: Tensor, options: Upsample2dOptions): Tensor {
  checkTensors("upsample2d", [x]);
  return record(op, [x], resolve(x.shape, options));
}

/** @throws ShapeError in the name of `op`, unless pictures of some size can be had so */
export function checkUpsampling(op: string, options: Upsample2dOptions): void {
  const { scale, size, mode, alignCorners } = optionsOf(op, options, "scale size mode alignCorners");
  if ((scale === undefined) === (size === undefined))
    throw new ShapeError(op, "wants a size or a scale", {}, "pass one of the two");
  if (mode !== undefined) checkWord(op, "mode", mode, ["nearest", "bilinear"]);
  if (alignCorners && mode !== "bilinear")
    throw new ShapeError(op, "alignCorners is for bilinear only", {}, 'pass { mode: "bilinear" }');
  if (size !== undefined) checkSizes(op, { size });
  const areFactors = pair(op, scale ?? 1).every((s) => Number.isFinite(s) && s > 0);
  checkOption(op, "scale", scale, areFactors, "above 0");
}

function resolve(x: Shape, options: Upsample2dOptions): UpsampleAttrs {
  checkUpsampling("upsample2d", options);
  const { scale, size, mode = "nearest", alignCorners = false } = options;
  const refuse = (problem: string): never => {
    throw new ShapeError("upsample2d", problem, { x: showShape(x) });
  };
  if (x.length !== 4) refuse("x must be [N, C, H, W]");
  const from = [x[2]!, x[3]!] as const;
  const factors = scale === undefined ? undefined : pair("upsample2d", scale);
  const outSize =
    size !== undefined
      ? pair("upsample2d", size)
      : ([0, 1].map((d) => Math.floor(from[d]! * factors![d]!)) as [number, number]);
  if (outSize.some((s) => s < 1)) refuse(`no picture has the size ${showShape(outSize)}`);
  const ratio = (d: 0 | 1) => {
    if (alignCorners) return outSize[d] > 1 ? (from[d] - 1) / (outSize[d] - 1) : 0;
    return factors ? 1 / factors[d] : from[d] / outSize[d];
  };
  return { outSize, ratio: [ratio(0), ratio(1)], bilinear: mode === "bilinear", alignCorners };
}

const constants = ({ bilinear, alignCorners }: UpsampleAttrs) => ({
  BILINEAR: Number(bilinear),
  CORNERS: Number(alignCorners),
});
const ratios = ({ ratio: [ratio_h, ratio_w] }: UpsampleAttrs) => ({ ratio_h, ratio_w });

/** The kernels by four have each column written out: up to this factor they compile quickly. */
const LARGEST_WRITTEN_OUT = 8;

/** What the kernels by four take, for pictures enlarged by whole factors and rows of whole vec4s; null for others. */
function byFour(
  [n, c, height, width]: Shape,
  { outSize, ratio, bilinear, alignCorners }: UpsampleAttrs,
  target: Target,
) {
  const [factor, FACTOR_W] = [outSize[0] / height!, outSize[1] / width!];
  const fits = [factor, FACTOR_W].every((f, d) => Number.isInteger(f) && ratio[d] === 1 / f);
  if (!fits || alignCorners || width! % 4 || FACTOR_W > LARGEST_WRITTEN_OUT) return null;
  const strips = n! * c! * (width! / 4);
  const rows = bilinear ? stripRows(height!, strips * height!, target) : 1;
  const len = strips * Math.ceil(height! / rows);
  const constants = { BILINEAR: Number(bilinear), HEIGHT: height!, WIDTH: width!, FACTOR_W };
  return { params: { len, rows, factor }, constants, grid: len, unrolled: true };
}

export const op: KernelOp<UpsampleAttrs> = {
  kind: "kernel",
  name: "upsample2d",
  infer([x], { outSize }) {
    checkDTypes("upsample2d", [x!], ["f32"]);
    return [{ shape: [x!.shape[0]!, x!.shape[1]!, ...outSize], dtype: "f32" }];
  },
  lower([x], [out], attrs, target) {
    const four = byFour(x!.shape, attrs, target);
    if (four) return [byFourKernel.dispatch({ ...four, buffers: { x: x!, out: out! }, flops: 8 * out!.size })];
    const params = { len: out!.size, ...ratios(attrs) };
    const sizes = resizeConstants(x!.shape, out!.shape);
    const shared = { params, constants: { ...constants(attrs), ...sizes }, grid: out!.size, flops: 8 * out!.size };
    return [upsampleKernel.dispatch({ ...shared, buffers: { x: x!, out: out! } })];
  },
  vjp: ([x], [dOut], attrs) => [record(grad, [dOut!], { ...attrs, shape: x!.shape })],
};

/** Linear in dOut, and the adjoint of enlarging: its own gradient is enlarging. */
const grad: KernelOp<UpsampleAttrs & { readonly shape: Shape }> = {
  kind: "kernel",
  name: "upsample2d_grad",
  infer: (_, { shape }) => [{ shape, dtype: "f32" }],
  lower([dOut], [dx], attrs, target) {
    const four = byFour(dx!.shape, attrs, target);
    if (four) {
      const constants = { ...four.constants, LOADS: four.constants.FACTOR_W + 2 };
      return [
        byFourGradKernel.dispatch({ ...four, constants, buffers: { d_out: dOut!, dx: dx! }, flops: 8 * dOut!.size }),
      ];
    }
    const params = { len: dx!.size, ...ratios(attrs) };
    const sizes = resizeConstants(dx!.shape, dOut!.shape);
    const shared = { params, constants: { ...constants(attrs), ...sizes }, grid: dx!.size, flops: 8 * dOut!.size };
    return [gradKernel.dispatch({ ...shared, buffers: { d_out: dOut!, dx: dx! } })];
  },
  vjp: (_, [d], { shape: _shape, ...attrs }) => [record(op, [d!], attrs)],
};
