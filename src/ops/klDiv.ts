import klDivergence from "../../shaders/pointwise/kl_divergence.wgsl";
import klDivergenceLog from "../../shaders/pointwise/kl_divergence_log.wgsl";
import klDivergenceTargetGrad from "../../shaders/pointwise/kl_divergence_target_grad.wgsl";
import { checkPair, checkReduction, type Reduction } from "../families/losses";
import { type PointwiseOp, record } from "../graph/op";
import { optionsOf } from "../graph/options";
import { pointwise } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { add } from "./add";
import { exp } from "./exp";
import { reduced } from "./mseLoss";
import { mul } from "./mul";
import { neg } from "./neg";
import { safeQuotient } from "./norm";
import { notEqual } from "./notEqual";
import { sum } from "./sum";
import { where } from "./where";

export interface KlDivOptions {
  /** The target holds log-probabilities; default false. */
  readonly logTarget?: boolean;
  /**
   * "mean" over all elements (default, as PyTorch), "sum", "none", or "batchMean": the sum over the size of the first
   * dimension, which is the divergence of [N, C] by its definition, a row at a time.
   */
  readonly reduction?: Reduction | "batchMean";
}

/**
 * Kullback–Leibler divergence of the target from the input, element by element: `t · (log t − x)`, 0 where t = 0.
 *
 * @param x f32 log-probabilities, any shape
 * @param target f32 probabilities, or their logarithms with `logTarget`; same shape; it gets a gradient too (0 where t = 0)
 * @returns a scalar, or for reduction "none" the shape of x
 * @throws ShapeError, DTypeError
 * @see Kullback and Leibler 1951, "On information and sufficiency"
 */
export function klDiv(x: Tensor, target: Tensor, options: KlDivOptions = {}): Tensor {
  const { reduction = "mean", logTarget = false } = optionsOf("klDiv", options, "logTarget reduction");
  checkPair("klDiv", x, target);
  checkReduction("klDiv", reduction, ["mean", "sum", "none", "batchMean"]);
  const losses = record(logTarget ? logOp : op, [x, target], {});
  if (reduction !== "batchMean") return reduced("klDiv", losses, reduction);
  return mul(sum(losses), 1 / (x.shape[0] ?? 1));
}

/** (log t + 1 − x)·dOut, and 0 where t = 0, as are its derivatives: −dOut for x and dOut / t for t. */
const targetGrad: PointwiseOp = pointwise(klDivergenceTargetGrad, ([x, t, dOut], q) => {
  const flowing = mul(q, dOut!);
  const byX = where(notEqual(t!, 0), neg(flowing), 0);
  return [byX, safeQuotient(flowing, t!), record(targetGrad, [x!, t!, q], {})];
});

export const op = pointwise(klDivergence, ([x, target], dOut) => [
  neg(mul(target!, dOut)),
  record(targetGrad, [x!, target!, dOut], {}),
]);

const logOp = pointwise(klDivergenceLog, ([x, target], dOut) => [
  neg(mul(exp(target!), dOut)),
  mul(add(record(logOp, [x!, target!], {}), exp(target!)), dOut),
]);
