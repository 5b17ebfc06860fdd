import normKernel from "../../shaders/layer_norm.wgsl";
import gradKernel from "../../shaders/layer_norm_grad.wgsl";
import affineKernel from "../../shaders/layer_norm_grad_affine.wgsl";
import affineByFour from "../../shaders/layer_norm_grad_affine_by_four.wgsl";
import gradHeld from "../../shaders/layer_norm_grad_held.wgsl";
import gradSubgroup from "../../shaders/layer_norm_grad_subgroup.wgsl";
import gradTree from "../../shaders/layer_norm_grad_tree.wgsl";
import normHeld from "../../shaders/layer_norm_held.wgsl";
import normSubgroup from "../../shaders/layer_norm_subgroup.wgsl";
import normTree from "../../shaders/layer_norm_tree.wgsl";
import { ShapeError } from "../core/errors";
import { numel, type Shape, sameShape, showShape } from "../core/shape";
import { PAGES } from "../families/reductions";
import { bySubgroup, byTree, rowGroups } from "../families/rowwise";
import { madeOf } from "../graph/autocast";
import { widened } from "../graph/cast";
import { checkDTypes, type KernelOp, noSecondDerivative, record, recordAll } from "../graph/op";
import { scratch, type Tensor } from "../graph/tensor";
import { full } from "./full";
import { reshape } from "./reshape";

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
  /** Type of the result. */
  readonly made: "f32" | "f16";
}

/**
 * Layer normalisation, `(x − µ) / √(σ² + eps) · weight + bias`, µ and σ² (biased) over the last dimensions of each element
 * of the rest. Sums in f32, the variance in two passes.
 *
 * @param x f32 or f16; weight and bias are f32
 * @param normalizedShape sizes of the last dimensions, those that are normalised together; default the last one
 * @returns same shape as x, and its dtype; f16 under autocast
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
  const made = madeOf(x);
  return record(op, [x, widened(weight ?? constant(1)), widened(bias ?? constant(0))], {
    n: numel(shape),
    eps,
    centred,
    made,
  });
}

/** Rows that a subgroup of the kernels makes side by side, if it makes more than one. */
const rowsAtOnce = (each: number) => Math.min(2, each);

export const op: KernelOp<NormAttrs> = {
  kind: "kernel",
  name: "layer_norm",
  halves: true,
  infer([x, ...affine], { n, made }) {
    checkDTypes("layerNorm", [x!], ["f32", "f16"]);
    checkDTypes("layerNorm", affine, ["f32"]);
    return [
      { shape: x!.shape, dtype: made },
      { shape: [numel(x!.shape) / n, 2], dtype: "f32" },
    ];
  },
  lower([x, weight, bias], [out, stats], { n, eps, centred }, target) {
    const rows = x!.size / n;
    const buffers = { x: x!, weight: weight!, bias: bias!, out: out!, stats: stats! };
    const types = { dtype: x!.dtype, outDType: out!.dtype };
    const shared = { buffers, params: { rows, n, eps }, constants: { CENTRED: centred }, flops: 8 * x!.size, ...types };
    if (byTree(n, target)) return [normTree.dispatch({ ...shared, grid: rowGroups(rows) })];
    const launch = bySubgroup(rows, n, target);
    if (launch) {
      const constants = { CENTRED: centred, ...launch.lanes };
      if (launch.held)
        return [
          normHeld.dispatch({
            ...shared,
            ...launch,
            params: { ...launch.params, eps },
            constants: { ...constants, HELD: launch.held },
          }),
        ];
      const ROWS = rowsAtOnce(launch.params.each);
      return [
        normSubgroup.dispatch({
          ...shared,
          ...launch,
          params: { ...launch.params, eps },
          constants: { ...constants, ROWS },
        }),
      ];
    }
    return [normKernel.dispatch({ ...shared, grid: rows })];
  },
  vjp([x, weight], [dOut], attrs, [, stats]) {
    const [dWeight, dBias] = recordAll(affineGrad, [x!, stats!, dOut!], attrs) as [Tensor, Tensor];
    const fitted = (t: Tensor) => reshape(t, weight!.shape);
    return [record(grad, [x!, weight!, stats!, dOut!], attrs), fitted(dWeight), fitted(dBias)];
  },
};

const grad: KernelOp<NormAttrs> = {
  kind: "kernel",
  name: "layer_norm_grad",
  halves: true,
  infer: ([x]) => [x!],
  lower([x, weight, stats, dOut], [dx], { n, centred }, target) {
    const rows = x!.size / n;
    const buffers = { x: x!, weight: weight!, stats: stats!, d_out: dOut!, dx: dx! };
    const types = { dtype: x!.dtype, gradDType: dOut!.dtype, outDType: dx!.dtype };
    const shared = { buffers, params: { rows, n }, constants: { CENTRED: centred }, flops: 11 * x!.size, ...types };
    if (byTree(n, target)) return [gradTree.dispatch({ ...shared, grid: rowGroups(rows) })];
    const launch = bySubgroup(rows, n, target);
    if (launch) {
      const constants = { CENTRED: centred, ...launch.lanes };
      if (launch.held)
        return [gradHeld.dispatch({ ...shared, ...launch, constants: { ...constants, HELD: launch.held } })];
      const ROWS = rowsAtOnce(launch.params.each);
      return [gradSubgroup.dispatch({ ...shared, ...launch, constants: { ...constants, ROWS } })];
    }
    return [gradKernel.dispatch({ ...shared, grid: rows })];
  },
  vjp: noSecondDerivative("layer_norm_grad"),
};

/** Rows that one invocation adds up: few enough for a CPU to find the pages of all of them at once, see `PAGES`. */
const AFFINE_ROWS = { cpu: PAGES, gpu: 32 } as const;

/** Invocations that keep a GPU busy. */
const AFFINE_INVOCATIONS = 65536;

/** The gradients for weight and bias, both from one reading of x and the gradient that comes in. */
const affineGrad: KernelOp<NormAttrs> = {
  kind: "kernel",
  name: "layer_norm_grad_affine",
  halves: true,
  infer: (_, { n }) => [
    { shape: [n], dtype: "f32" },
    { shape: [n], dtype: "f32" },
  ],
  lower([x, stats, dOut], [dWeight, dBias], { n }, target) {
    const rows = x!.size / n;
    // Where lanes are what is scarce, four columns each are worth more than one each for four times as many.
    const byFour = target.cpu && n % 4 === 0;
    const [kernel, columns] = byFour ? [affineByFour, n / 4] : [affineKernel, n];
    const wanted = target.cpu ? rows / AFFINE_ROWS.cpu : Math.min(AFFINE_INVOCATIONS / columns, rows / AFFINE_ROWS.gpu);
    const chunk = Math.ceil(rows / Math.max(1, Math.floor(wanted)));
    const parts = Math.ceil(rows / chunk);
    const [weights, biases] =
      parts === 1 ? [dWeight!, dBias!] : [0, 1].map(() => scratch({ shape: [parts, n], dtype: "f32" }));
    const added = { x: x!, stats: stats!, d_out: dOut!, d_weight: weights!, d_bias: biases! };
    const sums = kernel.dispatch({
      buffers: added,
      params: { rows, n: columns, parts, chunk },
      grid: parts * columns,
      flops: 5 * x!.size,
      dtype: x!.dtype,
      gradDType: dOut!.dtype,
    });
    if (parts === 1) return [sums];
    const joined = { x: weights!, stats: weights!, d_out: biases!, d_weight: dWeight!, d_bias: dBias! };
    const params = { rows: parts, n: columns, parts: 1, chunk: parts };
    return [sums, kernel.dispatch({ buffers: joined, params, constants: { JOIN: 1 }, grid: columns })];
  },
  vjp: noSecondDerivative("layer_norm_grad_affine"),
};
