import weightsKernel from "../../shaders/label_weights.wgsl";
import weightsByFour from "../../shaders/label_weights_by_four.wgsl";
import labelCounts from "../../shaders/pointwise/label_counts.wgsl";
import reciprocalOrZero from "../../shaders/pointwise/reciprocal_or_zero.wgsl";
import { DTypeError, ShapeError } from "../core/errors";
import { showSpec } from "../core/shape";
import { type KernelOp, record } from "../graph/op";
import { checkOption, optionsOf } from "../graph/options";
import { pointwise, pointwiseWith } from "../graph/pointwise";
import type { Tensor } from "../graph/tensor";
import { resultsEach } from "../kernel/target";
import { mul } from "./mul";
import { neg } from "./neg";
import { sum } from "./sum";

interface Attrs {
  readonly classes: number;
  readonly ignoreIndex: number;
}

export interface LabelWeightsOptions {
  /** C, how many classes there are. */
  readonly classes: number;
  /** Rows with this label do not count; default −1. */
  readonly ignoreIndex?: number;
  /** f32 [classes]; default 1 each. No gradient flows into it. */
  readonly weight?: Tensor | undefined;
}

/**
 * The weight of each label in a mean over rows: that of its class, or 0 where it is ignored or no class.
 * @param labels i32, any shape
 * @returns f32, same shape
 * @throws ShapeError, DTypeError
 */
export function labelWeights(labels: Tensor, options: LabelWeightsOptions): Tensor {
  const { classes, ignoreIndex = -1, weight } = optionsOf("labelWeights", options, "classes ignoreIndex weight");
  if (labels.dtype !== "i32") throw new DTypeError("labelWeights", `labels of dtype ${labels.dtype}`, { wants: "i32" });
  if (!(Number.isInteger(classes) && classes >= 1))
    throw new ShapeError("labelWeights", `${classes} classes`, { wants: "an integer of at least 1" });
  checkOption("labelWeights", "ignoreIndex", ignoreIndex, Number.isInteger(ignoreIndex), "an integer");
  const attrs = { classes, ignoreIndex };
  if (!weight) return record(countOp, [labels], attrs);
  if (weight.dtype !== "f32" || weight.shape.length !== 1 || weight.size !== classes)
    throw new ShapeError("labelWeights", "wants one weight for each class", {
      weight: `${showSpec(weight)}, wants f32[${classes}]`,
    });
  return record(op, [labels, weight], attrs);
}

/** 1 / Σ weights, which makes the sum of weighted losses their mean; 0 where all weights are 0. */
export const inverseTotal = (weights: Tensor): Tensor => record(reciprocal, [sum(weights)], {});

const reciprocal = pointwise(reciprocalOrZero, (_, dOut, out) => [neg(mul(mul(out, out), dOut))]);

/** Without weights it is a pointwise op, so that a sum over it needs no kernel of its own. */
const countOp = pointwiseWith<Attrs>(
  labelCounts,
  ({ classes, ignoreIndex }) => [classes, ignoreIndex],
  () => [null],
);

export const op: KernelOp<Attrs> = {
  kind: "kernel",
  name: "labelWeights",
  infer: ([labels]) => [{ shape: labels!.shape, dtype: "f32" }],
  lower([labels, weight], [out], { classes, ignoreIndex }, { cpu }) {
    const byFour = labels!.size % 4 === 0;
    const rows = labels!.size / (byFour ? 4 : 1);
    const each = byFour ? resultsEach(rows, cpu) : 1;
    const params = { rows, each, classes, ignore_index: ignoreIndex };
    const buffers = { labels: labels!, weight: weight!, out: out! };
    return [(byFour ? weightsByFour : weightsKernel).dispatch({ buffers, params, grid: Math.ceil(rows / each) })];
  },
  vjp: () => [null, null],
};
