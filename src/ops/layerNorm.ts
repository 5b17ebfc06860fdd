import normKernel from "../../shaders/layer_norm.wgsl";
import gradKernel from "../../shaders/layer_norm_grad.wgsl";
import gradTree from "../../shaders/layer_norm_grad_tree.wgsl";
import normTree from "../../shaders/layer_norm_tree.wgsl";
import { ShapeError } from "../core/errors";
import { numel, type Shape, sameShape, showShape } from "../core/shape";
import { byTree, rowGroups } from "../families/rowwise";
import { checkDTypes, type KernelOp, noSecondDerivative, record } from "../graph/op";
import type { Tensor } from "../graph/tensor";
import { full } from "./full";
import { mul } from "./mul";
import { reshape } from "./reshape";
import { slice } from "./slice";
import { sub } from "./sub";
import { sum } from "./sum";

export interface LayerNormOptions {
  /** Factor of each element, of the shape of what is normalised; default 1. */
  readonly weight?: Tensor;
  /** Added to each element, of the same shape; default 0. */
  readonly bias?: Tensor;
  /** Added to the variance; default 1e-5. */
  readonly eps?: number;
}

export interface NormAttrs {
  /** Elements of a row: those that are normalised together. */
  readonly n: number;
  readonly eps: number;
  /** 1 to take the mean away, 0 to scale only. */
  readonly centred: 0 | 1;
}

/**
 * Layer normalisation, `(x − µ) / √(σ² + eps) · weight + bias`, µ and σ² (biased) over the last dimensions of each element
 * of the rest. Sums in f32, the variance in two passes.
 *
 * @param x f32
 * @param normalizedShape sizes of the last dimensions, those that are normalised together; default the last one
 * @returns same shape as x
 * @throws ShapeError, DTypeError
 * @see Ba, Kiros and Hinton 2016, "Layer normalization"
 */
export function layerNorm(x: Tensor, normalizedShape?: Shape | number, options: LayerNormOptions = {}): Tensor {
  return normalize("layerNorm", x, normalizedShape, options, 1);
}

/** What layer and RMS normalisation share: checks, and operands that are left out. */
export function normalize(
  name: string,
  x: Tensor,
  normalizedShape: Shape | number | undefined,
  { weight, bias, eps = 1e-5 }: LayerNormOptions,
  centred: 0 | 1,
): Tensor {
  const shape = typeof normalizedShape === "number" ? [normalizedShape] : (normalizedShape ?? x.shape.slice(-1));
  const tail = x.shape.slice(x.shape.length - shape.length);
  const misfits = [weight, bias].some((t) => t && !sameShape(t.shape, shape));
  if (shape.length === 0 || !sameShape(tail, shape) || misfits || numel(shape) === 0)
    throw new ShapeError(name, "the last dimensions of x, weight and bias must be the normalised shape", {
      x: showShape(x.shape),
      normalizedShape: showShape(shape),
      ...(weight && { weight: showShape(weight.shape) }),
      ...(bias && { bias: showShape(bias.shape) }),
    });
  const constant = (value: number) => full(shape, value);
  return record(op, [x, weight ?? constant(1), bias ?? constant(0)], { n: numel(shape), eps, centred });
}

export const op: KernelOp<NormAttrs> = {
  kind: "kernel",
  name: "layer_norm",
  infer(inputs, { n }) {
    checkDTypes("layerNorm", inputs, ["f32"]);
    return [inputs[0]!, { shape: [numel(inputs[0]!.shape) / n, 2], dtype: "f32" }];
  },
  lower([x, weight, bias], [out, stats], { n, eps, centred }, target) {
    const rows = x!.size / n;
    const buffers = { x: x!, weight: weight!, bias: bias!, out: out!, stats: stats! };
    const shared = { buffers, params: { rows, n, eps }, constants: { CENTRED: centred }, flops: 8 * x!.size };
    if (byTree(n, target)) return [normTree.dispatch({ ...shared, grid: rowGroups(rows) })];
    return [normKernel.dispatch({ ...shared, grid: rows })];
  },
  // dWeight = Σ dOut · x̂ and dBias = Σ dOut over the rows; x̂ is computed within the sum.
  vjp([x, weight], [dOut], attrs, [, stats]) {
    const rows = x!.size / attrs.n;
    const byRow = (t: Tensor) => reshape(t, [rows, attrs.n]);
    const stat = (column: number) => slice(stats!, 1, column, column + 1);
    const normalised = mul(sub(byRow(x!), stat(0)), stat(1));
    return [
      record(grad, [x!, weight!, stats!, dOut!], attrs),
      reshape(sum(mul(byRow(dOut!), normalised), 0), weight!.shape),
      reshape(sum(byRow(dOut!), 0), weight!.shape),
    ];
  },
};

const grad: KernelOp<NormAttrs> = {
  kind: "kernel",
  name: "layer_norm_grad",
  infer: ([x]) => [x!],
  lower([x, weight, stats, dOut], [dx], { n, centred }, target) {
    const rows = x!.size / n;
    const buffers = { x: x!, weight: weight!, stats: stats!, d_out: dOut!, dx: dx! };
    const shared = { buffers, params: { rows, n }, constants: { CENTRED: centred }, flops: 11 * x!.size };
    if (byTree(n, target)) return [gradTree.dispatch({ ...shared, grid: rowGroups(rows) })];
    return [gradKernel.dispatch({ ...shared, grid: rows })];
  },
  vjp: noSecondDerivative("layer_norm_grad"),
};
