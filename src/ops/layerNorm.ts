import normKernel from "../../shaders/layer_norm.wgsl";
import normHeld from "../../shaders/layer_norm_held.wgsl";
import normSubgroup from "../../shaders/layer_norm_subgroup.wgsl";
import normTree from "../../shaders/layer_norm_tree.wgsl";
import normTreeByFour from "../../shaders/layer_norm_tree_by_four.wgsl";
import { ShapeError } from "../core/errors";
import { numel, type Shape, sameShape, showShape } from "../core/shape";
import { layerNormGrad, type NormAttrs } from "../families/layerNormGradient";
import { byHeldTree, bySubgroup, byTree, rowGroups, sideOf } from "../families/rowwise";
import { madeOf } from "../graph/autocast";
import { vjpOf } from "../graph/autograd";
import { widened } from "../graph/cast";
import { checkDTypes, type KernelOp, record, recordAll } from "../graph/op";
import { checkEps, checkList, optionsOf } from "../graph/options";
import { scratch, type Tensor } from "../graph/tensor";
import { add } from "./add";
import { full } from "./full";
import { mean } from "./mean";
import { mul } from "./mul";
import { reshape } from "./reshape";
import { rsqrt } from "./rsqrt";
import { square } from "./square";
import { sub } from "./sub";
import { GRADIENT_OPS, sum } from "./sum";

export interface LayerNormOptions {
  /** Factor of each element, of the shape of what is normalised; default 1. */
  readonly weight?: Tensor | undefined;
  /** Added to each element, of the same shape; default 0. */
  readonly bias?: Tensor | undefined;
  /** Added to the variance; default 1e-5. */
  readonly eps?: number;
}

/**
 * Layer normalisation, `(x − µ) / √(σ² + eps) · weight + bias`, µ and σ² (biased) over the last dimensions, for each index of
 * the others. Sums are f32. The variance is a sum of squares about the mean or, where a kernel reads a row of n elements only
 * once, about an estimate of it: the median of three elements, or the mean of the first ones. Where the estimate is far off, the
 * relative error is up to about n · 6e-8.
 *
 * @param x f32 or f16, as weight and bias may be
 * @param normalizedShape sizes of the last dimensions, which are normalised together; default that of the last one
 * @returns same shape as x, and its dtype; f16 under autocast
 * @throws ShapeError, DTypeError
 * @see Ba, Kiros and Hinton 2016, "Layer normalization"
 */
export function layerNorm(x: Tensor, normalizedShape?: Shape | number, options: LayerNormOptions = {}): Tensor {
  return normalize("layerNorm", x, normalizedShape, options, 1);
}

/** What layer and RMS normalisation share: checks, and defaults for the operands that are left out. */
export function normalize(
  name: string,
  x: Tensor,
  normalizedShape: Shape | number | undefined,
  options: LayerNormOptions,
  centred: 0 | 1,
): Tensor {
  const { weight, bias, eps = 1e-5 } = optionsOf(name, options, "weight bias eps");
  checkEps(name, eps);
  if (normalizedShape !== undefined && typeof normalizedShape !== "number")
    checkList(name, "normalizedShape", normalizedShape);
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
  checkDTypes(
    name,
    [x, weight, bias].flatMap((t) => t ?? []),
    ["f32", "f16"],
  );
  const operands = [x, widened(weight ?? full(shape, 1)), widened(bias ?? full(shape, 0))];
  return record(op, operands, { n: numel(shape), eps, centred, made: madeOf(x) });
}

export const op: KernelOp<NormAttrs> = {
  kind: "kernel",
  name: "layer_norm",
  halves: true,
  infer: ([x], { n, made }) => [
    { shape: x!.shape, dtype: made },
    { shape: [numel(x!.shape) / n, 2], dtype: "f32" },
  ],
  lower([x, weight, bias], [out, stats], { n, eps, centred }, target) {
    const rows = x!.size / n;
    const buffers = { x: x!, weight: weight!, bias: bias!, out: out!, stats: stats! };
    const types = { dtype: x!.dtype, outDType: out!.dtype };
    const shared = { buffers, params: { rows, n, eps }, constants: { CENTRED: centred }, flops: 8 * x!.size, ...types };
    const tree = byHeldTree(rows, n, target);
    if (tree) {
      const constants = { CENTRED: centred, ...tree.held };
      return [normTreeByFour.dispatch({ ...shared, ...tree, params: { ...tree.params, eps }, constants })];
    }
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
      const kept = scratch({ shape: [rows, launch.lanes.LANES, 2], dtype: "f32" });
      return [
        normSubgroup.dispatch({
          ...shared,
          ...launch,
          buffers: { ...buffers, kept },
          params: { ...launch.params, eps },
          constants: { ...constants, SIDE: sideOf(launch, 4) },
        }),
      ];
    }
    return [normKernel.dispatch({ ...shared, grid: rows })];
  },
  vjp([x, weight], [dOut], attrs, [, stats]) {
    const [dx, dWeight, dBias] = recordAll(grad, [x!, weight!, stats!, dOut!], attrs) as [Tensor, Tensor, Tensor];
    const fitted = (t: Tensor) => reshape(t, weight!.shape);
    return [dx, fitted(dWeight), fitted(dBias)];
  },
};

/** The second derivatives are those of the same gradients, written with ops. */
const grad = layerNormGrad((inputs, seeds, attrs) => {
  const [x, weight, , dOut] = inputs as [Tensor, Tensor, Tensor, Tensor];
  const rows = [x.size / attrs.n, attrs.n];
  const wide = seeds.map((d, i) => d && reshape(widened(d), i ? [attrs.n] : rows));
  const parts = ([x, weight, dOut]: readonly Tensor[]) => gradientParts(x!, weight!, dOut!, attrs);
  const [dx, dWeight, dDOut] = vjpOf(parts, [x, weight, dOut], wide, GRADIENT_OPS);
  return [dx!, dWeight!, null, dDOut!];
});

/** The gradients for x [rows, n], weight [n] and bias [n]. */
function gradientParts(x: Tensor, weight: Tensor, dOut: Tensor, { n, eps, centred }: NormAttrs): Tensor[] {
  const byRow = { keepDims: true };
  const [wide, g] = [x, dOut].map((t) => reshape(widened(t), [x.size / n, n])) as [Tensor, Tensor];
  const centre = (t: Tensor) => (centred ? sub(t, mean(t, 1, byRow)) : t);
  const inner = centre(wide);
  const scale = rsqrt(add(mean(square(inner), 1, byRow), eps));
  const normalised = mul(inner, scale);
  const weighted = mul(g, reshape(weight, [n]));
  const dx = mul(scale, sub(centre(weighted), mul(normalised, mean(mul(weighted, normalised), 1, byRow))));
  return [dx, sum(mul(g, normalised), 0), sum(g, 0)];
}
