import rowKernel from "../../shaders/softmax_cross_entropy.wgsl";
import byFourKernel from "../../shaders/softmax_cross_entropy_by_four.wgsl";
import longKernel from "../../shaders/softmax_cross_entropy_by_two_fours.wgsl";
import fewKernel from "../../shaders/softmax_cross_entropy_few.wgsl";
import heldKernel from "../../shaders/softmax_cross_entropy_held.wgsl";
import shortKernel from "../../shaders/softmax_cross_entropy_short.wgsl";
import subgroupKernel from "../../shaders/softmax_cross_entropy_subgroup.wgsl";
import treeKernel from "../../shaders/softmax_cross_entropy_tree.wgsl";
import { isFloat } from "../core/dtype";
import { ShapeError } from "../core/errors";
import { checkReduction, checkRows, limitLabels, type Reduction } from "../families/losses";
import { byHeldTree, bySharedTree, bySubgroup } from "../families/rowwise";
import { checkTensors, type KernelOp, record, recordAll } from "../graph/op";
import { optionsOf } from "../graph/options";
import { type Tensor, unused } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import type { Target } from "../kernel/target";
import { add, addFlowing } from "./add";
import { full, isFilled } from "./full";
import { inverseTotal, labelWeights } from "./labelWeights";
import { logSoftmax } from "./logSoftmax";
import { mul } from "./mul";
import { neg } from "./neg";
import { reshape } from "./reshape";
import { softmax } from "./softmax";
import { sub } from "./sub";
import { sum } from "./sum";

interface Attrs {
  readonly ignoreIndex: number;
  readonly smoothing: number;
}

export interface CrossEntropyOptions {
  /** Rows with this label do not count; default −1 (PyTorch: −100). Not for soft labels. */
  readonly ignoreIndex?: number;
  /** Share of each label that is spread evenly over all classes, 0…1; default 0. @see Szegedy et al. 2016 */
  readonly labelSmoothing?: number;
  /** A factor for each class, f32 [C]. No gradient flows into it. */
  readonly weight?: Tensor | undefined;
  /**
   * "mean" (default): the sum of the rows' losses, divided by the sum of the weights of their labels, or by the number of rows
   * where labels are soft; their "sum"; or "none": a loss for each row.
   */
  readonly reduction?: Reduction;
}

/**
 * Cross-entropy between labels and the softmax of logits, `log Σ e^logits − logits[label]`, computed without overflow; for
 * soft labels q, smoothed and weighted, `Σ q·weight·(log Σ e^logits − logits)`.
 *
 * Where the loss itself is minimised, loss and gradient come from one pass over the logits. Where it is scaled or used in
 * another way first, the gradient is computed from the logits again.
 *
 * @param logits [..., C] f32. Those below −1e38 count as −1e38, so that masks of −∞ do no harm. A NaN makes the loss of its row
 *   NaN (∞ on devices where e to a NaN is ∞), unless the row does not count
 * @param labels [...] i32, 0 … C − 1 or `ignoreIndex`. Other labels are refused in feeds (before the step runs) and data; rows
 *   where they are computed do not count. Or soft labels [..., C] f32: the probability of each class, which get a gradient too
 * @returns a scalar, or for reduction "none" the shape of the labels (without C). The mean of no rows is 0
 * @throws ShapeError, DTypeError; DataError where data holds another label
 */
export function softmaxCrossEntropy(logits: Tensor, labels: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const {
    ignoreIndex = -1,
    labelSmoothing = 0,
    reduction = "mean",
    weight,
  } = optionsOf("softmaxCrossEntropy", options, "ignoreIndex labelSmoothing weight reduction");
  checkTensors("softmaxCrossEntropy", [logits, labels, ...(weight ? [weight] : [])]);
  const soft = isFloat(labels.dtype) && labels.shape.length === logits.shape.length;
  const { rows, classes, shape } = checkRows("softmaxCrossEntropy", logits, labels, weight, soft);
  checkReduction("softmaxCrossEntropy", reduction);
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
    throw new ShapeError("softmaxCrossEntropy", `labelSmoothing ${labelSmoothing}`, { wants: "0 … 1" });
  if (!soft) limitLabels("softmaxCrossEntropy", labels, classes, ignoreIndex);
  else if (options.ignoreIndex !== undefined)
    throw new ShapeError("softmaxCrossEntropy", "soft labels have no ignoreIndex", { ignoreIndex: `${ignoreIndex}` });
  const flat = reshape(labels, soft ? [rows, classes] : [rows]);
  if (!soft && !labelSmoothing && reduction !== "none" && rows <= FEW_ROWS && classes <= SHORT) {
    const inputs = [reshape(logits, [rows, classes]), flat, ...(weight ? [weight] : [])];
    return recordAll(few, inputs, { ignoreIndex, mean: reduction === "mean" })[0]!;
  }
  // What a mean divides by depends on the labels alone, so it is known before the logits are read.
  const share = () => (soft ? full([], 1 / rows) : inverseTotal(labelWeights(flat, { classes, ignoreIndex, weight })));
  const scale = reduction === "mean" ? share() : full([], 1);
  const inputs = [reshape(logits, [rows, classes]), flat, scale, ...(weight ? [weight] : [])];
  const [losses] = recordAll(op, inputs, { ignoreIndex, smoothing: labelSmoothing });
  return reduction === "none" ? reshape(losses!, shape) : sum(losses!);
}

/**
 * Inputs: logits [N, C], labels, a factor (one for all rows, or one each), weights of classes. Outputs: the loss of each row, and
 * its gradient for the logits, which is made only where somebody reads it.
 */
export const op: KernelOp<Attrs> = {
  kind: "kernel",
  name: "softmaxCrossEntropy",
  infer: ([logits]) => [{ shape: logits!.shape.slice(0, 1), dtype: "f32" }, logits!],
  lower(inputs, [losses, dLogits], attrs, target, _, isRead = () => true) {
    return [rowLosses(inputs, losses, isRead(dLogits!) ? dLogits : undefined, attrs, target)];
  },
  vjp(inputs, [dLosses, dSlope], attrs, [, slope]) {
    const [logits, labels] = inputs as [Tensor, Tensor];
    const parts = dSlope ? [slopeVjp(inputs, dSlope, attrs)] : [];
    if (dLosses) {
      // Where each loss counts once, the gradient made with the losses is the one that is wanted.
      const one = isFilled(dLosses, 1);
      const by = one ? inputs : inputs.with(2, mul(inputs[2]!, dLosses));
      const dLabels = labels.dtype === "f32" ? mul(neg(logSoftmax(logits)), softFactor(by, attrs)) : null;
      parts.push([one ? slope! : record(grad, by, attrs), dLabels]);
    }
    return inputs.map((_, i) => addFlowing(parts.map((p) => p[i])));
  },
};

/** Rows and classes up to which one workgroup does all rows: several launches would take longer than their work. */
const [FEW_ROWS, SHORT] = [256, 64];

/** The loss of few short rows as one number. Inputs: logits [N, C], labels, weights of classes. Outputs: the loss, and its gradient. */
const few: KernelOp<{ readonly ignoreIndex: number; readonly mean: boolean }> = {
  kind: "kernel",
  name: "softmax_cross_entropy_few",
  infer: ([logits]) => [{ shape: [], dtype: "f32" }, logits!],
  lower([logits, labels, weight], [loss, dLogits], { ignoreIndex, mean }, _target, _side, isRead = () => true) {
    const [rows, classes] = logits!.shape as [number, number];
    const GRAD = Number(isRead(dLogits!));
    const d_logits = GRAD ? dLogits! : unused();
    return [
      fewKernel.dispatch({
        buffers: { logits: logits!, labels: labels!, weight: weight ?? logits!, loss: loss!, d_logits },
        params: { rows, classes, ignore_index: ignoreIndex },
        constants: { WEIGHTED: Number(weight !== undefined), MEAN: Number(mean), GRAD },
        grid: 1,
        flops: 8 * logits!.size,
      }),
    ];
  },
  vjp(inputs, [dLoss, dSlope], { ignoreIndex, mean }, [, slope]) {
    const [logits, labels, weight] = inputs as [Tensor, Tensor, Tensor?];
    const byLoss = dLoss && (isFilled(dLoss, 1) ? slope! : mul(slope!, dLoss));
    const bySlope = () => {
      const classes = logits.shape[1]!;
      const scale = mean ? inverseTotal(labelWeights(labels, { classes, ignoreIndex, weight })) : full([], 1);
      const byRow = [logits, labels, scale, ...(weight ? [weight] : [])];
      return slopeVjp(byRow, dSlope!, { ignoreIndex, smoothing: 0 })[0];
    };
    return inputs.map((_, i) => (i === 0 ? addFlowing([byLoss, dSlope && bySlope()]) : null));
  },
};

/** The gradient for the logits alone. */
const grad: KernelOp<Attrs> = {
  kind: "kernel",
  name: "softmax_cross_entropy_grad",
  infer: ([logits]) => [logits!],
  lower: (inputs, [dLogits], attrs, target) => [rowLosses(inputs, undefined, dLogits, attrs, target)],
  vjp: (inputs, [dSlope], attrs) => slopeVjp(inputs, dSlope!, attrs),
};

/** On a CPU an invocation holds rows of up to HELD classes; longer ones of whole vec4s it reads twice, up to READ_TWICE. */
const [HELD, READ_TWICE] = [32, 256];

/** What the kernels of the losses of rows have in common. */
interface RowLosses {
  readonly buffers: Readonly<Record<"logits" | "labels" | "weight" | "scale" | "losses" | "d_logits", Tensor>>;
  readonly params: Readonly<Record<"rows" | "classes" | "ignore_index" | "scale_stride", number>>;
  readonly flops: number;
}

/** The launch for labels that are numbers of classes, where there is a kernel for this length of rows. */
function lossesByLabel(
  shared: RowLosses,
  { WEIGHTED, LOSS, GRAD }: Readonly<Record<"WEIGHTED" | "LOSS" | "GRAD", number>>,
  target: Target,
): Dispatch | undefined {
  const { rows, classes, ignore_index, scale_stride } = shared.params;
  const params = { ignore_index, scale_stride };
  const constants = { WEIGHTED, LOSS, GRAD };
  const held = byHeldTree(rows, classes, target);
  if (held)
    return heldKernel.dispatch({
      ...shared,
      ...held,
      params: { ...held.params, ...params },
      constants: { ...constants, ...held.held },
    });
  if (target.cpu && classes <= (classes % 4 ? HELD : READ_TWICE)) {
    const quads = Math.ceil(classes / 4);
    const own = { ...shared, params: { rows, quads, ...params }, constants, grid: rows };
    if (classes > HELD) return longKernel.dispatch(own);
    if (classes % 4 === 0) return byFourKernel.dispatch({ ...own, constants: { ...constants, QUADS: quads } });
    return shortKernel.dispatch({ ...own, constants: { ...constants, QUADS: quads, CLASSES: classes } });
  }
  const launch = bySubgroup(rows, classes, target);
  if (!launch) return undefined;
  return subgroupKernel.dispatch({
    ...shared,
    ...launch,
    params: { ...launch.params, ...params },
    constants: { ...constants, ...launch.lanes },
  });
}

/** The one launch that makes losses, gradients, or both. */
function rowLosses(
  [logits, labels, scale, weight]: readonly Tensor[],
  losses: Tensor | undefined,
  dLogits: Tensor | undefined,
  { ignoreIndex, smoothing }: Attrs,
  target: Target,
): Dispatch {
  const [rows, classes] = logits!.shape as [number, number];
  const SOFT = Number(labels!.dtype === "f32");
  const constants = {
    SOFT,
    DENSE: Number(SOFT === 1 || smoothing > 0),
    WEIGHTED: Number(weight !== undefined),
    LOSS: Number(losses !== undefined),
    GRAD: Number(dLogits !== undefined),
  };
  const shared = {
    buffers: {
      logits: logits!,
      labels: labels!,
      weight: weight ?? scale!,
      scale: scale!,
      losses: losses ?? unused(),
      d_logits: dLogits ?? unused(),
    },
    params: { rows, classes, ignore_index: ignoreIndex, scale_stride: Number(scale!.shape.length > 0), smoothing },
    flops: 8 * logits!.size,
  };
  const byLabel = constants.DENSE ? undefined : lossesByLabel(shared, constants, target);
  if (byLabel) return byLabel;
  const tree = bySharedTree(rows, classes, target);
  if (!tree) return rowKernel.dispatch({ ...shared, constants, grid: rows });
  return treeKernel.dispatch({ ...shared, constants: { ...constants, ...tree.lanes }, grid: tree.grid });
}

/**
 * Second derivatives: the vjp of `slope = scale·(softmax·Σt − t)`, t being the weighted, smoothed labels. The Jacobian of the
 * softmax is symmetric.
 */
function slopeVjp(inputs: readonly Tensor[], g: Tensor, attrs: Attrs): (Tensor | null)[] {
  const [logits, labels, scale] = inputs as [Tensor, Tensor, Tensor];
  const p = softmax(logits);
  const along = sum(mul(p, g), -1, { keepDims: true });
  const mass = mul(asColumn(scale), labelMass(inputs, attrs));
  const dLabels = labels.dtype === "f32" ? mul(sub(along, g), softFactor(inputs, attrs)) : null;
  const byRow = sum(mul(record(grad, inputs.with(2, full([], 1)), attrs), g), -1);
  const dScale = scale.shape.length ? byRow : sum(byRow);
  return [mul(mul(p, sub(g, along)), mass), dLabels, dScale, null].slice(0, inputs.length);
}

/** The factor of a soft label in t, times scale: scale · weight · (1 − smoothing), of a shape that broadcasts to [N, C]. */
function softFactor([, , scale, weight]: readonly Tensor[], { smoothing }: Attrs): Tensor {
  const byRow = mul(asColumn(scale!), 1 - smoothing);
  return weight ? mul(byRow, weight) : byRow;
}

/** Σt of each row, [N, 1]. */
function labelMass([logits, labels, , weight]: readonly Tensor[], { ignoreIndex, smoothing }: Attrs): Tensor {
  const [rows, classes] = logits!.shape as [number, number];
  const spread = mul(weight ? sum(weight) : full([], classes), smoothing / classes);
  if (labels!.dtype === "f32") {
    const own = sum(weight ? mul(labels!, weight) : labels!, -1, { keepDims: true });
    return add(mul(own, 1 - smoothing), spread);
  }
  const own = labelWeights(labels!, { classes, ignoreIndex, weight });
  const counts = labelWeights(labels!, { classes, ignoreIndex });
  return reshape(add(mul(own, 1 - smoothing), mul(counts, spread)), [rows, 1]);
}

/** The factors of the rows as [N, 1]; one for all rows stays a scalar. */
const asColumn = (scale: Tensor): Tensor => reshape(scale, scale.shape.length ? [scale.size, 1] : []);
